"""Shops and sessions: Taobao, RetailRocket, YooChoose, Diginetica, OTTO, the online retailer of UCI."""

from __future__ import annotations

from freshmark_datasets.entry import Entry, Licence, Part
from freshmark_datasets.logoptions import Options

WEEK = 7 * 86_400_000_000
KAGGLE = "Kaggle asks for an account"
CC_BY = "May be used, changed and passed on, also commercially, with credit."
CC_BY_NC_SA = "May be used, changed and passed on for non-commercial purposes, with credit, on the same terms."
CIKM = Licence(
    "CIKM Cup 2016, no licence stated",
    None,
    "Published for the contest and for research; a licence is not stated.",
    "https://competitions.codalab.org/competitions/11161",
)
UCI = Licence("CC BY 4.0", True, CC_BY, "https://creativecommons.org/licenses/by/4.0/")
CUSTOMER = r"^[1-9]\d*(\.0)?$"
INVOICE = r"^\d+$"
BOUGHT = r"^[1-9]\d*$"

ENTRIES = (
    Entry(
        name="taobao",
        about="Taobao's UserBehavior: 100 million views, carts, favourites and purchases in nine days of 2017.",
        parts=(
            Part(
                "behavior",
                "https://tianchi.aliyun.com/dataset/649",
                size="100,150,807 rows, 3.7 GB",
                member="*UserBehavior.csv",
            ),
        ),
        options=Options(
            user=0,
            item=1,
            time=4,
            unit="s",
            sep=",",
            header=False,
            repeats=True,
            since="2017-11-25T00:00:00+08:00",
            until="2017-12-04T00:00:00+08:00",
        ),
        licence=Licence(
            "Tianchi, non-commercial, not to be passed on",
            False,
            "For research; Tianchi's terms forbid passing it on.",
            "https://tianchi.aliyun.com/dataset/649",
        ),
        granularity="seconds",
        traps=(
            (
                "Some times lie decades away or before 1970: rows outside of 2017-11-25 to 2017-12-03, Beijing time, "
                "are left out and counted."
            ),
            "Column 3 is the behavior: pv, cart, fav or buy. only=(3, '^buy$') keeps purchases.",
        ),
        by_hand="Tianchi asks for an account",
        cite="H. Zhu et al. Learning Tree-based Deep Model for Recommender Systems. KDD 2018.",
    ),
    Entry(
        name="retailrocket",
        about="RetailRocket: 2.8 million views, carts and purchases of a shop in four and a half months.",
        parts=(
            Part(
                "events",
                "https://www.kaggle.com/datasets/retailrocket/ecommerce-dataset",
                size="2,756,101 rows",
                member="*events.csv",
                counts={"events": 2_756_101, "users": 1_407_580},
            ),
        ),
        options=Options(user="visitorid", item="itemid", time="timestamp", unit="ms", repeats=True),
        licence=Licence("CC BY-NC-SA 4.0", True, CC_BY_NC_SA, "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
        granularity="milliseconds",
        traps=(
            "The event column is view, addtocart or transaction: only=('event', '^view$') keeps views.",
            "The file is not sorted by time.",
        ),
        by_hand=KAGGLE,
        cite="Retailrocket recommender system dataset. Kaggle, 2016.",
    ),
    Entry(
        name="yoochoose",
        about="YooChoose, RecSys Challenge 2015: clicks of a shop in sessions; every session is a new user.",
        parts=(
            Part(
                "clicks",
                "https://s3-eu-west-1.amazonaws.com/yc-rdata/yoochoose-data.7z",
                size="33,003,944 clicks",
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
            "May be passed on unchanged, for non-commercial purposes, with credit.",
            "https://creativecommons.org/licenses/by-nc-nd/4.0/",
        ),
        granularity="milliseconds",
        traps=(
            "The archive is 7z, which is not read here: unpack it.",
            (
                "The part prepared is what the preprocessing of GRU4Rec writes of the clicks: it has left out short "
                "sessions and rare items with the whole future in view."
            ),
            "Users are sessions, so almost every user of a day is new.",
        ),
        by_hand="the archive is 7z; unpack it first. The part prepared is made from it",
        checked="format and counts of a sample of the part prepared, on a copy; no address was tried",
        cite="D. Ben-Shimon et al. RecSys Challenge 2015 and the YOOCHOOSE Dataset. RecSys 2015.",
    ),
    Entry(
        name="diginetica",
        about="Diginetica, CIKM Cup 2016: views or purchases of a shop in sessions; a day, and milliseconds beside it.",
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
                size="18,025 purchases",
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
                "timeframe counts from the first query of the session, not from midnight: order within a session is "
                "right, between sessions of a day it is not known."
            ),
            "userId is NA for most sessions: the user is the session.",
        ),
        by_hand="CodaLab asks for an account",
        checked="format and counts of the purchases, on a copy; no address was tried",
        cite="CIKM Cup 2016 Track 2: Personalized E-Commerce Search Challenge.",
    ),
    Entry(
        name="ader-diginetica",
        about="Diginetica as ADER cut it: 17 files of a week each, session and item, without times.",
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
        granularity="none: a file is a week, its rows are spread over it in their order",
        traps=(
            "The first file is the training set before the first week, longer than a week in the original.",
            "Items and sessions were filtered with the whole future in view.",
        ),
        by_hand="the files lie in the repository of the paper, under data/DIGINETICA",
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
                size="13,851,293 events",
                member="*test.jsonl",
                counts={"events": 13_851_293, "users": 1_671_803, "items": 1_019_357},
            ),
        ),
        options=Options(user="session", item="aid", time="ts", unit="ms", repeats=True, form="events"),
        licence=Licence("CC BY 4.0", True, CC_BY, "https://creativecommons.org/licenses/by/4.0/"),
        granularity="milliseconds",
        traps=(
            "A line is a session with a list of its events; a line of the file is many rows here.",
            "only=('type', '^orders$') keeps orders.",
            "All of it needs tens of gigabytes of memory: rows= reads the first sessions.",
        ),
        by_hand=KAGGLE,
        checked="counts as the publisher's README states them; no file was fetched",
        cite="P. Normann, S. Baumeister, T. Wilm. OTTO Recommender Systems Dataset. Kaggle, 2022.",
    ),
    Entry(
        name="online-retail",
        about="Online Retail: sales of a British shop from December 2010 to December 2011; baskets of one time.",
        parts=(
            Part(
                "sales",
                "https://archive.ics.uci.edu/static/public/352/online+retail.zip",
                size="541,909 rows",
                member="*.xlsx",
            ),
        ),
        options=Options(
            user="CustomerID",
            item="StockCode",
            time="InvoiceDate",
            unit="iso",
            repeats=True,
            only=(("CustomerID", CUSTOMER), ("InvoiceNo", INVOICE), ("Quantity", BOUGHT)),
        ),
        licence=UCI,
        granularity="minutes",
        traps=(
            "The official file is an Excel sheet, which is read slowly; as csv or parquet, dates have to be ISO.",
            (
                "A quarter of the rows have no customer, or 0; invoices that begin with C are returns: both are "
                "left out and counted."
            ),
            "All rows of a basket have one time: they are a tie, and none of them helps to predict another.",
        ),
        checked="format, on a copy saved as parquet; no address was tried",
        cite="D. Chen. Online Retail. UCI Machine Learning Repository, 2015. doi:10.24432/C5BW33.",
    ),
    Entry(
        name="online-retail-2",
        about="Online Retail II: sales of a British shop from December 2009 to December 2011; baskets of one time.",
        parts=(
            Part(
                "sales",
                "https://archive.ics.uci.edu/static/public/502/online+retail+ii.zip",
                size="1,067,371 rows in two sheets",
                member="*.xlsx",
            ),
        ),
        options=Options(
            user="Customer ID",
            item="StockCode",
            time="InvoiceDate",
            unit="iso",
            repeats=True,
            only=(("Customer ID", CUSTOMER), ("Invoice", INVOICE), ("Quantity", BOUGHT)),
        ),
        licence=UCI,
        granularity="minutes",
        traps=(
            (
                "The official file is an Excel workbook of two sheets, which is read slowly. They overlap in December "
                "2010: baskets of nine days stand in both; until='2010-12-01' takes the first year alone."
            ),
            "The columns are called otherwise than in Online Retail: Invoice, Customer ID, Price.",
            "All rows of a basket have one time.",
        ),
        checked="format, on a copy of the first sheet saved as parquet; no address was tried",
        cite="D. Chen. Online Retail II. UCI Machine Learning Repository, 2019. doi:10.24432/C5CG6D.",
    ),
)
