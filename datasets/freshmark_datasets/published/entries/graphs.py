"""Temporal graphs: JODIE, TGB, Myket, SNAP's messages and trust; and RecBole's copies of anything."""

from __future__ import annotations

from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.readers.options import Options

TGB = "https://object-arbutus.cloud.computecanada.ca/tgb"
RECBOLE = "https://recbole.s3-accelerate.amazonaws.com/ProcessedDatasets"
NONE_STATED = "SNAP states no licence."
EDGES = {"time": 0, "user": 1, "item": 2, "form": ""}

ENTRIES = (
    Entry(
        name="jodie",
        about="JODIE's temporal graphs: edits, posts, plays and course actions; times count from 0.",
        parts=(
            Part(
                "wikipedia",
                "http://snap.stanford.edu/jodie/wikipedia.csv",
                size="157,474 edits in a month",
                counts={"events": 157_474, "users": 8_227, "items": 1_000},
            ),
            Part(
                "reddit",
                "http://snap.stanford.edu/jodie/reddit.csv",
                size="672,447 posts in a month",
                counts={"events": 672_447, "users": 10_000, "items": 984},
            ),
            Part(
                "lastfm",
                "http://snap.stanford.edu/jodie/lastfm.csv",
                counts={"events": 1_293_103, "users": 980, "items": 1_000},
            ),
            Part(
                "mooc",
                "http://snap.stanford.edu/jodie/mooc.csv",
                size="411,749 actions in a month",
                counts={"events": 411_749, "users": 7_047, "items": 97},
            ),
        ),
        options=Options(user=0, item=1, time=2, sep=",", header=True, quotes=False, repeats=True, form="jodie"),
        licence=Licence("none stated", None, NONE_STATED, "http://snap.stanford.edu/jodie/"),
        granularity="seconds from 0",
        traps=(
            "The header names five columns, rows have up to 176: those after the fourth are not read.",
            "88 % of wikipedia's edits repeat a page that the user edited before: the own history is hard to beat.",
        ),
        checked="counts of wikipedia, on a copy without features; others from Myket's README; no address was tried",
        cite="S. Kumar, X. Zhang, J. Leskovec. Predicting Dynamic Embedding Trajectory. KDD 2019.",
    ),
    Entry(
        name="tgb",
        about="TGB, Temporal Graph Benchmark: edges with times, of the link prediction tasks.",
        parts=(
            Part("wiki", f"{TGB}/tgbl-wiki-v2.zip", member="*edgelist*.csv", counts={"events": 157_474}),
            Part("review", f"{TGB}/tgbl-review-v3.zip", size="4,873,540 edges", member="*edgelist*.csv", options=EDGES),
            Part("coin", f"{TGB}/tgbl-coin-v2.zip", size="22,809,486 edges", member="*edgelist*.csv", options=EDGES),
            Part("comment", f"{TGB}/tgbl-comment.zip", size="44,314,507 edges", member="*edgelist*.csv", options=EDGES),
            Part(
                "flight", f"{TGB}/tgbl-flight-v2.zip", size="67,169,570 edges", member="*edgelist*.csv", options=EDGES
            ),
        ),
        options=Options(user=0, item=1, time=2, sep=",", header=True, quotes=False, repeats=True, form="jodie"),
        licence=Licence(
            "differs by part",
            None,
            "Each part has the licence of its source; see the page.",
            "https://tgb.complexdatalab.com/docs/linkprop/",
        ),
        granularity="seconds; flight: days",
        traps=(
            "Parts order their columns differently: wiki as JODIE does, the others time, source, target.",
            "In coin, comment and flight sources and targets are of one kind: a user may also be an item.",
            "TGB ranks against sampled negatives; here all items are ranked, so results do not compare.",
        ),
        checked="addresses from TGB's source (tgb/utils/info.py); no file was fetched",
        cite="S. Huang et al. Temporal Graph Benchmark for Machine Learning on Temporal Graphs. NeurIPS 2023.",
    ),
    Entry(
        name="myket",
        about="Myket: 694,121 installs of Android apps by 10,000 users in half a year.",
        parts=(
            Part(
                "installs",
                "https://raw.githubusercontent.com/erfanloghmani/myket-android-application-market-dataset/main/"
                "data_int_index/myket.csv",
                counts={"events": 694_121, "users": 10_000, "items": 7_988},
            ),
        ),
        options=Options(user=0, item=1, time=2, sep=",", header=True, quotes=False, repeats=True, form="jodie"),
        licence=Licence(
            "see the repository",
            None,
            "The terms are in the repository.",
            "https://github.com/erfanloghmani/myket-android-application-market-dataset",
        ),
        granularity="seconds",
        traps=("Only users with at least 32 installs over the whole period were kept, which uses the future.",),
        checked="counts from the publisher's README, folder from PyTorch Geometric; no file was fetched",
        cite="E. Loghmani, M. Fazli. Effect of Choosing Loss Function when Using T-batching. arXiv:2308.06862, 2023.",
    ),
    Entry(
        name="collegemsg",
        about="CollegeMsg: 59,835 private messages between students in 193 days of 2004.",
        parts=(
            Part(
                "messages",
                "https://snap.stanford.edu/data/CollegeMsg.txt.gz",
                counts={"events": 59_835, "users": 1_350, "items": 1_862},
            ),
        ),
        options=Options(user=0, item=1, time=2, unit="s", sep="whitespace", header=False, repeats=True),
        licence=Licence("none stated", None, NONE_STATED, "https://snap.stanford.edu/data/CollegeMsg.html"),
        granularity="seconds",
        traps=("Users and items are of one kind: an item is the recipient of a message.",),
        checked="format and counts, on a copy; the address was not tried",
        cite="P. Panzarasa, T. Opsahl, K. M. Carley. Patterns and Dynamics of Users' Behavior. JASIST 60(5), 2009.",
    ),
    Entry(
        name="bitcoin-otc",
        about="Bitcoin OTC: 35,592 ratings of trust between traders, -10 to 10, from 2010 to 2016.",
        parts=(
            Part(
                "trust",
                "https://snap.stanford.edu/data/soc-sign-bitcoinotc.csv.gz",
                counts={"events": 35_592, "users": 4_814, "items": 5_858},
            ),
        ),
        options=Options(user=0, item=1, label=2, time=3, unit="s", sep=",", header=False, repeats=False),
        licence=Licence("none stated", None, NONE_STATED, "https://snap.stanford.edu/data/soc-sign-bitcoin-otc.html"),
        granularity="microseconds, written as fractions of seconds",
        traps=(
            "Ratings are signed: positive=1 keeps trust.",
            "Users and items are of one kind: an item is the rated trader.",
        ),
        checked="format and counts, on a copy; the address was not tried",
        cite="S. Kumar et al. Edge Weight Prediction in Weighted Signed Networks. ICDM 2016.",
    ),
    Entry(
        name="recbole",
        about="RecBole's atomic files (.inter): files of your own, or one of its published streams.",
        parts=(
            Part("ml-100k", f"{RECBOLE}/MovieLens/ml-100k.zip", member="*.inter", counts={"events": 100_000}),
            Part("ml-1m", f"{RECBOLE}/MovieLens/ml-1m.zip", member="*.inter"),
            Part("ml-10m", f"{RECBOLE}/MovieLens/ml-10m.zip", member="*.inter"),
            Part("ml-20m", f"{RECBOLE}/MovieLens/ml-20m.zip", member="*.inter"),
            Part("gowalla", f"{RECBOLE}/Gowalla/merged/gowalla.zip", member="*.inter"),
            Part("foursquare-nyc", f"{RECBOLE}/Foursquare/merged/foursquare_NYC.zip", member="*.inter"),
            Part("foursquare-tokyo", f"{RECBOLE}/Foursquare/merged/foursquare_TKY.zip", member="*.inter"),
            Part("netflix", f"{RECBOLE}/Netflix/netflix.zip", member="*.inter"),
            Part("steam", f"{RECBOLE}/Steam/merged/steam.zip", member="*.inter"),
            Part("twitch-100k", f"{RECBOLE}/Twitch/Twitch-100k/Twitch-100k.zip", member="*.inter"),
            Part("yelp-2022", f"{RECBOLE}/Yelp/yelp2022.zip", member="*.inter"),
        ),
        options=Options(sep="\t", header=True, quotes=False),
        licence=Licence(
            "that of each source",
            None,
            "RecBole converts what others published: the licence of the source applies.",
            "https://recbole.io/dataset_list.html",
        ),
        granularity="differs by part",
        traps=(
            "Columns are called user_id:token; user, item and time are recognised by name.",
            "Parts called merged have had repeats removed.",
            "A file without timestamps is refused.",
        ),
        checked="format, on made-up rows; addresses from RecBole's list (url.yaml); no file was fetched",
        cite="W. X. Zhao et al. RecBole: Towards a Unified, Comprehensive and Efficient Framework. CIKM 2021.",
    ),
)
