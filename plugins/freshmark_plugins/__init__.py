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
        "random": f"{package}.counting.chance:Random",
        "popularity": f"{package}.counting.popularity:Popularity",
        "recency": f"{package}.counting.recency:Recency",
        "transition": f"{package}.counting.transition:Transition",
        "itemknn": f"{package}.counting.itemknn:ItemKNN",
        "userknn": f"{package}.counting.userknn:UserKNN",
        "sequential_rules": f"{package}.counting.sequential_rules:SequentialRules",
        "repeat_popularity": f"{package}.counting.repeat_popularity:RepeatPopularity",
        "edgebank": f"{package}.counting.edgebank:EdgeBank",
        "online_mf": f"{package}.factorisation.online_mf:OnlineMF",
        "online_bpr": f"{package}.factorisation.online_bpr:OnlineBPR",
        "isgd": f"{package}.factorisation.isgd:ISGD",
        "raisgd": f"{package}.factorisation.raisgd:RAISGD",
        "rsisgd": f"{package}.factorisation.rsisgd:RSISGD",
        "bisgd": f"{package}.factorisation.bisgd:BISGD",
        "brismf": f"{package}.factorisation.brismf:BRISMF",
        "frozen": f"{package}.retraining.frozen:Frozen",
        "finetune": f"{package}.retraining.finetune:Finetune",
        "retrain": f"{package}.retraining.retrain:Retrain",
        "online_sgd": f"{package}.retraining.online_sgd:OnlineSGD",
        "batch_gd": f"{package}.retraining.batch_gd:BatchGD",
        "hybrid": f"{package}.retraining.hybrid:Hybrid",
        "ema": f"{package}.retraining.ema:EMA",
        "drift_retrain": f"{package}.retraining.drift_retrain:DriftRetrain",
        "head_tune": f"{package}.transfer.head_tune:HeadTune",
        "bitfit": f"{package}.transfer.bitfit:BitFit",
        "lora": f"{package}.transfer.lora:LoRA",
        "adapter": f"{package}.transfer.adapter:Adapter",
        "transfer": f"{package}.transfer.transfer:Transfer",
        "sml": f"{package}.meta.sml:SML",
        "asmg": f"{package}.meta.asmg:ASMG",
        "reptile": f"{package}.meta.reptile:Reptile",
        "maml": f"{package}.meta.maml:MAML",
        "fomaml": f"{package}.meta.maml:FOMAML",
        "melu": f"{package}.meta.melu:MeLU",
        "delayed": f"{package}.delayed.delayed:Delayed",
        "replay": f"{package}.retraining.replay:Replay",
        "spmf": f"{package}.continual.spmf:SPMF",
        "derpp": f"{package}.continual.derpp:DERpp",
        "ader": f"{package}.continual.ader:ADER",
        "distill": f"{package}.continual.distill:Distill",
        "contrastive_kd": f"{package}.continual.contrastive_kd:ContrastiveKD",
        "ewc": f"{package}.continual.ewc:EWC",
        "l2sp": f"{package}.continual.l2sp:L2SP",
        "mas": f"{package}.continual.mas:MAS",
    }


@hookimpl
def register_models() -> Mapping[str, str]:
    """Models that frozen, finetune and retrain keep up to date."""
    package = "freshmark_plugins.models"
    return {
        "mf": f"{package}.ranking.mf:MF",
        "two_tower": f"{package}.ranking.two_tower:TwoTower",
        "neumf": f"{package}.ranking.neumf:NeuMF",
        "gru4rec": f"{package}.ranking.gru4rec:GRU4Rec",
        "sasrec": f"{package}.ranking.sasrec:SASRec",
        "multvae": f"{package}.ranking.multvae:MultVAE",
        "logistic": f"{package}.tabular.logistic:Logistic",
        "fm": f"{package}.tabular.fm:FM",
        "wide_deep": f"{package}.tabular.wide_deep:WideDeep",
        "dlrm": f"{package}.tabular.dlrm:DLRM",
        "biased_mf": f"{package}.tabular.biased_mf:BiasedMF",
        "bow_logistic": f"{package}.content.bow_logistic:BowLogistic",
        "embedding_bag": f"{package}.content.embedding_bag:EmbeddingBag",
        "text_gru": f"{package}.content.text_gru:TextGRU",
        "softmax": f"{package}.content.softmax:Softmax",
        "cnn": f"{package}.content.cnn:CNN",
        "vae_head": f"{package}.content.vae_head:VAEHead",
    }
