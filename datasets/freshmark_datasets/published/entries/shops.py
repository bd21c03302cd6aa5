"""Shops: Taobao, RetailRocket, the online retailer of UCI."""

from __future__ import annotations

from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.readers.options import Options

KAGGLE = "Kaggle asks for an account"
CC_BY = "May be used, changed and redistributed, also commercially, with credit."
CC_BY_NC_SA = "May be used, changed and redistributed for non-commercial purposes, with credit, on the same terms."
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
            "Tianchi, non-commercial, no redistribution",
            False,
            "For research; Tianchi's terms forbid passing it on.",
            "https://tianchi.aliyun.com/dataset/649",
        ),
        granularity="seconds",
        traps=(
            (
                "Some times are decades off or before 1970: rows outside 2017-11-25 to 2017-12-03, Beijing time, are "
                "left out and counted."
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
        name="online-retail",
        about="Online Retail: sales of a British shop from December 2010 to December 2011, as baskets.",
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
            "The official file is an Excel workbook (extra excel); as csv or parquet, dates have to be ISO.",
            (
                "A quarter of the rows have no customer, or 0; invoices starting with C are returns: both are left out "
                "and counted."
            ),
            "All rows of a basket have one time: they are a tie, so none of them helps to predict another.",
        ),
        checked="format, on a copy saved as parquet; no address was tried",
        cite="D. Chen. Online Retail. UCI Machine Learning Repository, 2015. doi:10.24432/C5BW33.",
    ),
    Entry(
        name="online-retail-2",
        about="Online Retail II: sales of a British shop from December 2009 to December 2011, as baskets.",
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
                "The official file is an Excel workbook of two sheets (extra excel), which overlap in December 2010: "
                "baskets of nine days are in both; until='2010-12-01' takes the first year alone."
            ),
            "Columns have other names than in Online Retail: Invoice, Customer ID, Price.",
            "All rows of a basket have one time.",
        ),
        checked="format, on a copy of the first sheet saved as parquet; no address was tried",
        cite="D. Chen. Online Retail II. UCI Machine Learning Repository, 2019. doi:10.24432/C5CG6D.",
    ),
)
