"""Sessions in shops: YooChoose, Diginetica, OTTO."""

from __future__ import annotations

from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.readers.options import Options

WEEK = 7 * 86_400_000_000
KAGGLE = "Kaggle asks for an account"
CC_BY = "May be used, changed and redistributed, also commercially, with credit."
CIKM = Licence(
    "CIKM Cup 2016, no licence stated",
    None,
    "Published for the contest and for research; a licence is not stated.",
    "https://competitions.codalab.org/competitions/11161",
)

ENTRIES = (
    Entry(
        name="yoochoose",
        about="YooChoose, RecSys Challenge 2015: clicks in a shop's sessions; every session is a new user.",
        parts=(
            Part(
                "clicks",
                "https://s3-eu-west-1.amazonaws.com/yc-rdata/yoochoose-data.7z",
                member="*yoochoose-clicks.dat",
                counts={"events": 33_003_944, "users": 9_249_729, "items": 52_739},
            ),
            Part(
                "prepared",
                "https://github.com/hidasib/GRU4Rec",
                member="*train_full.txt",
                options={
                    "user": "SessionId",
                    "item": "ItemId",
                    "time": "Time",
                    "unit": "s",
                    "sep": "\t",
                    "header": True,
                },
            ),
        ),
        options=Options(user=0, time=1, item=2, unit="iso", sep=",", header=False, repeats=True),
        licence=Licence(
            "CC BY-NC-ND 4.0",
            True,
            "May be redistributed unchanged, for non-commercial purposes, with credit.",
            "https://creativecommons.org/licenses/by-nc-nd/4.0/",
        ),
        granularity="milliseconds",
        traps=(
            "The archive is 7z, which is not supported: unpack it.",
            (
                "The part prepared is the output of GRU4Rec's preprocessing, which drops short sessions and rare items "
                "with knowledge of the future."
            ),
            "Users are sessions, so almost every user of a day is new.",
        ),
        by_hand="the archive is 7z; unpack it first. The part prepared is made from it",
        checked="format and counts of a sample of the part prepared, on a copy; no address was tried",
        cite="D. Ben-Shimon et al. RecSys Challenge 2015 and the YOOCHOOSE Dataset. RecSys 2015.",
    ),
    Entry(
        name="diginetica",
        about="Diginetica, CIKM Cup 2016: views or purchases in a shop's sessions; days plus milliseconds.",
        parts=(
            Part(
                "views",
                "https://competitions.codalab.org/competitions/11161",
                size="1,235,380 views",
                member="*train-item-views.csv",
            ),
            Part(
                "purchases",
                "https://competitions.codalab.org/competitions/11161",
                member="*train-purchases.csv",
                counts={"events": 18_025, "users": 12_630, "items": 11_244},
            ),
        ),
        options=Options(
            user="sessionId", item="itemId", time="eventdate", offset="timeframe", unit="iso", sep=";", repeats=True
        ),
        licence=CIKM,
        granularity="days, with milliseconds since the start of the session",
        traps=(
            (
                "timeframe counts from the first query of the session, not from midnight: the order within a session "
                "is right, between sessions of a day it is unknown."
            ),
            "userId is NA for most sessions: the user is the session.",
        ),
        by_hand="CodaLab asks for an account",
        checked="format and counts of the purchases, on a copy; no address was tried",
        cite="CIKM Cup 2016 Track 2: Personalized E-Commerce Search Challenge.",
    ),
    Entry(
        name="ader-diginetica",
        about="Diginetica as ADER cut it: 17 files of a week each with session and item, without times.",
        parts=(
            Part(
                "weeks",
                "https://github.com/DoubleMuL/ADER",
                size="17 files",
                member="[0-9]*.txt",
                counts={"events": 993_483},
            ),
        ),
        options=Options(
            user=0, item=1, unit="row", each=WEEK, sep="whitespace", header=False, repeats=True, ids=("user", "item")
        ),
        licence=CIKM,
        granularity="none: a file is a week, over which its rows are spread evenly",
        traps=(
            "The first file is the training set before the first week; originally it covers more than a week.",
            "Items and sessions were filtered with knowledge of the future.",
        ),
        by_hand="the files are in the repository of the paper, under data/DIGINETICA",
        checked="format and counts, on a copy; no address was tried",
        cite="F. Mi, X. Lin, B. Faltings. ADER: Adaptively Distilled Exemplar Replay. RecSys 2020.",
    ),
    Entry(
        name="otto",
        about="OTTO: 220 million clicks, carts and orders of a shop in 12.9 million sessions of four weeks.",
        parts=(
            Part(
                "train",
                "https://www.kaggle.com/datasets/otto/recsys-dataset",
                size="216,716,096 events, 11 GB",
                member="*train.jsonl",
                counts={"events": 216_716_096, "users": 12_899_779, "items": 1_855_603},
            ),
            Part(
                "test",
                "https://www.kaggle.com/datasets/otto/recsys-dataset",
                member="*test.jsonl",
                counts={"events": 13_851_293, "users": 1_671_803, "items": 1_019_357},
            ),
        ),
        options=Options(user="session", item="aid", time="ts", unit="ms", repeats=True, form="events"),
        licence=Licence("CC BY 4.0", True, CC_BY, "https://creativecommons.org/licenses/by/4.0/"),
        granularity="milliseconds",
        traps=(
            "A line is a session with a list of its events, each of which becomes a row.",
            "only=('type', '^orders$') keeps orders.",
            "All of it needs tens of gigabytes of memory: rows= reads the first sessions.",
        ),
        by_hand=KAGGLE,
        checked="counts from the publisher's README; no file was fetched",
        cite="P. Normann, S. Baumeister, T. Wilm. OTTO Recommender Systems Dataset. Kaggle, 2022.",
    ),
)
