"""Built-in strategies and models, offered through the same hooks as anyone's.

Every name is text, ``module:name``, so that listing them imports neither torch nor numba.
"""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import hookimpl


@hookimpl
def register_strategies() -> Mapping[str, str]:
    """Counting and nearest-neighbour baselines, online learning, and the ways to keep a torch model up to date."""
    package = "freshmark_plugins.strategies"
    return {
        "random": f"{package}.chance:Random",
        "popularity": f"{package}.popularity:Popularity",
        "recency": f"{package}.recency:Recency",
        "transition": f"{package}.transition:Transition",
        "itemknn": f"{package}.itemknn:ItemKNN",
        "userknn": f"{package}.userknn:UserKNN",
        "sequential_rules": f"{package}.sequential_rules:SequentialRules",
        "repeat_popularity": f"{package}.repeat_popularity:RepeatPopularity",
        "edgebank": f"{package}.edgebank:EdgeBank",
        "online_mf": f"{package}.online_mf:OnlineMF",
        "online_bpr": f"{package}.online_bpr:OnlineBPR",
        "isgd": f"{package}.isgd:ISGD",
        "raisgd": f"{package}.raisgd:RAISGD",
        "rsisgd": f"{package}.rsisgd:RSISGD",
        "bisgd": f"{package}.bisgd:BISGD",
        "brismf": f"{package}.brismf:BRISMF",
        "frozen": f"{package}.frozen:Frozen",
        "finetune": f"{package}.finetune:Finetune",
        "retrain": f"{package}.retrain:Retrain",
        "online_sgd": f"{package}.online_sgd:OnlineSGD",
        "batch_gd": f"{package}.batch_gd:BatchGD",
        "hybrid": f"{package}.hybrid:Hybrid",
        "ema": f"{package}.ema:EMA",
        "drift_retrain": f"{package}.drift_retrain:DriftRetrain",
        "head_tune": f"{package}.head_tune:HeadTune",
        "bitfit": f"{package}.bitfit:BitFit",
        "lora": f"{package}.lora:LoRA",
        "adapter": f"{package}.adapter:Adapter",
        "transfer": f"{package}.transfer:Transfer",
        "sml": f"{package}.sml:SML",
        "asmg": f"{package}.asmg:ASMG",
        "reptile": f"{package}.reptile:Reptile",
        "maml": f"{package}.maml:MAML",
        "fomaml": f"{package}.maml:FOMAML",
        "melu": f"{package}.melu:MeLU",
        "delayed": f"{package}.delayed:Delayed",
        "replay": f"{package}.replay:Replay",
        "spmf": f"{package}.spmf:SPMF",
        "derpp": f"{package}.derpp:DERpp",
        "ader": f"{package}.ader:ADER",
        "distill": f"{package}.distill:Distill",
        "contrastive_kd": f"{package}.contrastive_kd:ContrastiveKD",
        "ewc": f"{package}.ewc:EWC",
        "l2sp": f"{package}.l2sp:L2SP",
        "mas": f"{package}.mas:MAS",
    }


@hookimpl
def register_models() -> Mapping[str, str]:
    """Models that frozen, finetune and retrain keep up to date."""
    package = "freshmark_plugins.models"
    return {
        "mf": f"{package}.mf:MF",
        "neumf": f"{package}.neumf:NeuMF",
        "gru4rec": f"{package}.gru4rec:GRU4Rec",
        "sasrec": f"{package}.sasrec:SASRec",
        "multvae": f"{package}.multvae:MultVAE",
        "logistic": f"{package}.logistic:Logistic",
        "fm": f"{package}.fm:FM",
        "wide_deep": f"{package}.wide_deep:WideDeep",
        "dlrm": f"{package}.dlrm:DLRM",
        "biased_mf": f"{package}.biased_mf:BiasedMF",
        "bow_logistic": f"{package}.bow_logistic:BowLogistic",
        "embedding_bag": f"{package}.embedding_bag:EmbeddingBag",
        "text_gru": f"{package}.text_gru:TextGRU",
        "softmax": f"{package}.softmax:Softmax",
        "cnn": f"{package}.cnn:CNN",
        "vae_head": f"{package}.vae_head:VAEHead",
    }
