"""Clicks on ads: Criteo, Avazu."""

from __future__ import annotations

from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.readers.options import Options

CRITEO = Licence(
    "Criteo terms of use, research",
    None,
    "For research; Criteo's terms of use apply and have to be accepted at the address.",
    "https://ailab.criteo.com/ressources/",
)
NO_TIMES = (
    "There are no times: the file is sorted by time and its rows are taken to be a second apart; '1d' means "
    "86,400 rows."
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
            "Rows were subsampled so that clicks are frequent: the click rate is not that of the site.",
            "There are neither users nor items. Numbers become sign(x) · log(1 + |x|), missing ones 0.",
            "All of it needs about 10 GB of memory; rows= reads the first rows.",
        ),
        checked="format, on 8,000 rows of a copy; addresses from public loaders, none was tried",
        cite="Criteo Labs. Display Advertising Challenge. Kaggle, 2014.",
    ),
    Entry(
        name="criteo-1tb",
        about="Criteo's terabyte of clicks: 24 days of 180 million ads, one file each; 13 numbers, 26 hashes.",
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
            "A day has some 180 million rows: limit them with rows=.",
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
            "For the competition and for research; no redistribution.",
            "https://www.kaggle.com/competitions/avazu-ctr-prediction/rules",
        ),
        granularity="hours, written as YYMMDDHH",
        traps=(
            "All events of an hour are a tie: updates within an hour are impossible.",
            "There are neither users nor items; device_ip and device_id are closest to a user.",
            "Clicks and non-clicks were subsampled differently: the click rate is not that of the site.",
        ),
        by_hand="Kaggle asks for an account and to accept the rules",
        cite="Avazu. Click-Through Rate Prediction. Kaggle, 2014.",
    ),
)
