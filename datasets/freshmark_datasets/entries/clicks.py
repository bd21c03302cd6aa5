"""Shown and clicked, or not: Criteo, Avazu, Open Bandit, MIND, KuaiRec, KuaiRand."""

from __future__ import annotations

from freshmark_datasets.entry import Entry, Licence, Part
from freshmark_datasets.logoptions import Options

CRITEO = Licence(
    "Criteo terms of use, research",
    None,
    "For research; Criteo's terms of use apply and have to be accepted at the address.",
    "https://ailab.criteo.com/ressources/",
)
MICROSOFT = Licence(
    "Microsoft Research License Terms, non-commercial",
    False,
    "For research, non-commercial; not to be passed on.",
    "https://msnews.github.io/",
)
KUAI = Licence(
    "CC BY-SA 4.0",
    True,
    "May be used, changed and passed on, also commercially, with credit, on the same terms.",
    "https://creativecommons.org/licenses/by-sa/4.0/",
)
NO_TIMES = (
    "There are no times: rows are a second apart in the order of the file, which is that of time; '1d' means 86,400 "
    "rows."
)
DISPLAY = Options(
    task="click",
    label=0,
    numbers=tuple(range(1, 14)),
    words=tuple(range(14, 40)),
    log=True,
    ids=(),
    unit="row",
    sep="\t",
    header=False,
    quotes=False,
    repeats=True,
)
BANDIT = "https://research.zozo.com/data_release/open_bandit_dataset.zip"
BANDIT_ROWS = {
    "random-all": 1_374_327,
    "random-men": 452_949,
    "random-women": 864_585,
    "bts-all": 12_357_200,
    "bts-men": 4_077_727,
    "bts-women": 7_765_497,
}
NEWS = "https://recodatasets.z20.web.core.windows.net/newsrec"
RAND = "https://zenodo.org/records/10439422/files"

ENTRIES = (
    Entry(
        name="criteo",
        about="Criteo's display advertising, Kaggle 2014: 45.8 million ads in a week; 13 numbers, 26 hashes, no times.",
        parts=(
            Part(
                "kaggle",
                "https://go.criteo.net/criteo-research-kaggle-display-advertising-challenge-dataset.tar.gz",
                size="45,840,617 rows, 4.6 GB",
                member="train.txt",
                counts={"events": 45_840_617},
            ),
            Part(
                "sample",
                "https://github.com/recommenders-team/datasets/raw/main/Criteo/dac_sample.tar.gz",
                size="100,000 rows",
                member="dac_sample.txt",
            ),
        ),
        options=DISPLAY,
        licence=CRITEO,
        granularity="none: the order of the rows",
        traps=(
            NO_TIMES,
            "The rows were thinned so that clicks are frequent: the rate of clicks is not that of the site.",
            "There are neither users nor items. Numbers become sign(x) · log(1 + |x|), a missing one 0.",
            "All of it needs about 10 GB of memory; rows= reads the first rows.",
        ),
        checked="format, on 8,000 rows of a copy; addresses as public loaders have them, none was tried",
        cite="Criteo Labs. Display Advertising Challenge. Kaggle, 2014.",
    ),
    Entry(
        name="criteo-1tb",
        about="Criteo's terabyte of clicks: 24 days of 180 million ads, a file each; 13 numbers, 26 hashes, no times.",
        parts=tuple(
            Part(f"day_{day}", "https://ailab.criteo.com/download-criteo-1tb-click-logs-dataset/", member=f"day_{day}*")
            for day in range(24)
        ),
        options=DISPLAY,
        licence=CRITEO,
        granularity="none: the order of the rows, a file a day",
        traps=(
            NO_TIMES,
            "Several days follow each other with path=['day_0.gz', 'day_1.gz'].",
            "A day has some 180 million rows: rows= is what makes it fit.",
        ),
        by_hand="Criteo asks to accept its terms",
        cite="Criteo AI Lab. Criteo 1TB Click Logs.",
    ),
    Entry(
        name="avazu",
        about="Avazu, Kaggle 2014: 40 million ads on mobile phones in ten days; 22 fields of categories, hours.",
        parts=(
            Part(
                "train",
                "https://www.kaggle.com/competitions/avazu-ctr-prediction/data",
                size="40,428,967 rows",
                member="train*",
                counts={"events": 40_428_967},
            ),
        ),
        options=Options(
            task="click",
            label="click",
            time="hour",
            unit="%y%m%d%H",
            ids=(),
            sep=",",
            repeats=True,
            words=(
                *("C1", "banner_pos", "site_id", "site_domain", "site_category", "app_id", "app_domain"),
                *("app_category", "device_id", "device_ip", "device_model", "device_type", "device_conn_type"),
                *(f"C{number}" for number in range(14, 22)),
            ),
        ),
        licence=Licence(
            "Kaggle competition rules",
            False,
            "For the competition and for research; not to be passed on.",
            "https://www.kaggle.com/competitions/avazu-ctr-prediction/rules",
        ),
        granularity="hours, written as YYMMDDHH",
        traps=(
            "All events of an hour are a tie: an update within an hour is not possible.",
            "There are neither users nor items; device_ip and device_id come nearest to a user.",
            "Clicks and non-clicks were thinned differently: the rate of clicks is not that of the site.",
        ),
        by_hand="Kaggle asks for an account and to accept the rules",
        cite="Avazu. Click-Through Rate Prediction. Kaggle, 2014.",
    ),
    Entry(
        name="open-bandit",
        about="Open Bandit: 26 million items shown in a fashion shop by known propensities, clicked or not, in a week.",
        parts=tuple(
            Part(
                name,
                BANDIT,
                size=f"{rows:,} rows",
                member="{0}/{1}/{1}.csv".format(*name.split("-")),
                counts={"events": rows},
            )
            for name, rows in BANDIT_ROWS.items()
        ),
        options=Options(
            task="click",
            item="item_id",
            label="click",
            time="timestamp",
            unit="iso",
            ids=("item",),
            sep=",",
            repeats=True,
            numbers=("propensity_score",),
            words=("position", "user_feature_0", "user_feature_1", "user_feature_2", "user_feature_3"),
        ),
        licence=Licence(
            "CC BY 4.0",
            True,
            "May be used, changed and passed on, also commercially, with credit.",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        granularity="microseconds",
        traps=(
            "There are no users, only groups of them.",
            (
                "The feature numbers is the propensity with which the item was shown there: exactly 1/80, 1/34 and "
                "1/46 under the random policy. It is for off-policy checks."
            ),
            "A click comes in 0.4 to 0.7 % of rows: small files have a few dozen.",
        ),
        checked="format and propensities, on the samples of 10,000 rows; address as public loaders have it, not tried",
        cite="Y. Saito et al. Open Bandit Dataset and Pipeline. NeurIPS Datasets and Benchmarks 2021.",
    ),
    Entry(
        name="mind",
        about="MIND, Microsoft News: pages of news shown to a million users in weeks of 2019, clicked or not.",
        parts=tuple(
            Part(f"{size}-{split}", f"{NEWS}/MIND{size}_{split}.zip", member="behaviors.tsv")
            for size in ("small", "large", "demo")
            for split in ("train", "dev")
        ),
        options=Options(
            task="click",
            user="user",
            item="item",
            label="label",
            time="time",
            unit="%m/%d/%Y %I:%M:%S %p",
            repeats=True,
            form="mind",
        ),
        rank_from=1,
        licence=MICROSOFT,
        granularity="seconds",
        traps=(
            "A line is a page; each of its news is an event here, and all of a page are a tie.",
            "task='rank' keeps the clicks.",
            "The clicks of the weeks before stand as history without times, and are not read.",
            "Times name no zone; UTC is assumed. The test set has no labels.",
        ),
        checked="addresses as Microsoft's own Recommenders have them; no file was fetched",
        cite="F. Wu et al. MIND: A Large-scale Dataset for News Recommendation. ACL 2020.",
    ),
    Entry(
        name="kuairec",
        about="KuaiRec: short videos that were watched, and how much of each; one matrix of it has almost no gap.",
        parts=(
            Part(
                "big",
                "https://zenodo.org/records/18164998/files/KuaiRec.zip",
                size="12,530,806 rows",
                member="big_matrix.csv",
                counts={"events": 12_530_806, "users": 7_176},
            ),
            Part(
                "small",
                "https://zenodo.org/records/18164998/files/KuaiRec.zip",
                size="4,676,570 rows, some without a time",
                member="small_matrix.csv",
            ),
        ),
        options=Options(
            user="user_id",
            item="video_id",
            label="watch_ratio",
            time="timestamp",
            unit="s",
            sep=",",
            repeats=True,
            only=(("timestamp", r"\d"),),
        ),
        licence=KUAI,
        granularity="milliseconds",
        traps=(
            "Rows of the small matrix without a time are left out and counted.",
            "The label is how often the video was watched through; positive=2 is what its authors call a like.",
            "The first edition had 10,729 videos, the second 10,728.",
        ),
        checked="counts as the publisher states them; address as public loaders have it; no file was fetched",
        cite="C. Gao et al. KuaiRec: A Fully-Observed Dataset and Insights. CIKM 2022.",
    ),
    Entry(
        name="kuairand",
        about="KuaiRand: short videos shown by the site's policies in a month of 2022, or at random, clicked or not.",
        parts=(
            Part(
                "pure",
                f"{RAND}/KuaiRand-Pure.tar.gz",
                size="1,436,609 rows",
                member="log_standard_*.csv",
                counts={"events": 1_436_609, "users": 27_285, "items": 7_551},
            ),
            Part(
                "pure-random",
                f"{RAND}/KuaiRand-Pure.tar.gz",
                size="1,186,059 rows",
                member="log_random_*.csv",
                counts={"events": 1_186_059, "users": 27_285, "items": 7_583},
            ),
            Part(
                "1k",
                f"{RAND}/KuaiRand-1K.tar.gz",
                size="11,713,045 rows",
                member="log_standard_*.csv",
                counts={"events": 11_713_045, "users": 1_000, "items": 4_369_953},
            ),
            Part(
                "1k-random",
                f"{RAND}/KuaiRand-1K.tar.gz",
                size="43,028 rows",
                member="log_random_*.csv",
                counts={"events": 43_028, "users": 1_000, "items": 7_388},
            ),
        ),
        options=Options(
            task="click",
            user="user_id",
            item="video_id",
            label="is_click",
            time="time_ms",
            unit="ms",
            sep=",",
            repeats=True,
            words=("tab",),
        ),
        rank_from=1,
        licence=KUAI,
        granularity="milliseconds",
        traps=(
            "The standard log is two files, two weeks each.",
            "What a click is depends on the tab: in one column it means that the video was played for a while.",
            "The ids of the three editions are not the same ids.",
        ),
        checked="format and counts as the publisher's README states them; no file was fetched",
        cite="C. Gao et al. KuaiRand: An Unbiased Sequential Recommendation Dataset. CIKM 2022.",
    ),
)
