"""Impressions with clicks: Open Bandit, MIND, KuaiRec, KuaiRand."""

from __future__ import annotations

from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.readers.options import Options

MICROSOFT = Licence(
    "Microsoft Research License Terms, non-commercial",
    False,
    "For research, non-commercial; no redistribution.",
    "https://msnews.github.io/",
)
KUAI = Licence(
    "CC BY-SA 4.0",
    True,
    "May be used, changed and redistributed, also commercially, with credit, on the same terms.",
    "https://creativecommons.org/licenses/by-sa/4.0/",
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
        name="open-bandit",
        about="Open Bandit: 26 million impressions in a fashion shop with known propensities and clicks, in a week.",
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
            "May be used, changed and redistributed, also commercially, with credit.",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        granularity="microseconds",
        traps=(
            "There are no users, only groups of them.",
            (
                "The feature numbers is the propensity of the item at its position: exactly 1/80, 1/34 and 1/46 under "
                "the random policy. It is for off-policy estimates."
            ),
            "A click comes in 0.4 to 0.7 % of rows: small files have a few dozen.",
        ),
        checked="format and propensities, on the samples of 10,000 rows; address from public loaders, not tried",
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
            "A line is a page; each of its items is an event here, and all items of a page are a tie.",
            "task='rank' keeps the clicks.",
            "Earlier clicks are listed as history without times, and are not read.",
            "Times name no zone; UTC is assumed. The test set has no labels.",
        ),
        checked="addresses from Microsoft's own Recommenders; no file was fetched",
        cite="F. Wu et al. MIND: A Large-scale Dataset for News Recommendation. ACL 2020.",
    ),
    Entry(
        name="kuairec",
        about="KuaiRec: short videos and how much of each was watched; one matrix has almost no missing values.",
        parts=(
            Part(
                "big",
                "https://zenodo.org/records/18164998/files/KuaiRec.zip",
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
            "The label is watched time over duration; positive=2 is what its authors call a like.",
            "The first edition had 10,729 videos, the second 10,728.",
        ),
        checked="counts as the publisher states them; address from public loaders; no file was fetched",
        cite="C. Gao et al. KuaiRec: A Fully-Observed Dataset and Insights. CIKM 2022.",
    ),
    Entry(
        name="kuairand",
        about="KuaiRand: impressions of short videos by the site's policies or at random, in a month of 2022.",
        parts=(
            Part(
                "pure",
                f"{RAND}/KuaiRand-Pure.tar.gz",
                member="log_standard_*.csv",
                counts={"events": 1_436_609, "users": 27_285, "items": 7_551},
            ),
            Part(
                "pure-random",
                f"{RAND}/KuaiRand-Pure.tar.gz",
                member="log_random_*.csv",
                counts={"events": 1_186_059, "users": 27_285, "items": 7_583},
            ),
            Part(
                "1k",
                f"{RAND}/KuaiRand-1K.tar.gz",
                member="log_standard_*.csv",
                counts={"events": 11_713_045, "users": 1_000, "items": 4_369_953},
            ),
            Part(
                "1k-random",
                f"{RAND}/KuaiRand-1K.tar.gz",
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
            "The standard log is two files of two weeks each.",
            "The meaning of a click depends on the tab: in single-column tabs, that the video was played for a while.",
            "The three editions use different ids.",
        ),
        checked="format and counts from the publisher's README; no file was fetched",
        cite="C. Gao et al. KuaiRand: An Unbiased Sequential Recommendation Dataset. CIKM 2022.",
    ),
)
