"""Ratings and reviews: Amazon in three editions, Steam, Yelp."""

from __future__ import annotations

from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.readers.options import Options

UCSD = "https://mcauleylab.ucsd.edu/public_datasets/data"

CATEGORIES_2014 = """Books Electronics Movies_and_TV CDs_and_Vinyl Clothing_Shoes_and_Jewelry Home_and_Kitchen
Kindle_Store Sports_and_Outdoors Cell_Phones_and_Accessories Health_and_Personal_Care Toys_and_Games Video_Games
Tools_and_Home_Improvement Beauty Apps_for_Android Office_Products Pet_Supplies Automotive Grocery_and_Gourmet_Food
Patio_Lawn_and_Garden Baby Digital_Music Musical_Instruments Amazon_Instant_Video"""

CATEGORIES_2018 = """Magazine_Subscriptions AMAZON_FASHION All_Beauty Appliances Arts_Crafts_and_Sewing Automotive Books
CDs_and_Vinyl Cell_Phones_and_Accessories Clothing_Shoes_and_Jewelry Digital_Music Electronics Gift_Cards
Grocery_and_Gourmet_Food Home_and_Kitchen Industrial_and_Scientific Kindle_Store Luxury_Beauty Movies_and_TV
Musical_Instruments Office_Products Patio_Lawn_and_Garden Pet_Supplies Prime_Pantry Software Sports_and_Outdoors
Tools_and_Home_Improvement Toys_and_Games Video_Games"""

CATEGORIES_2023 = """All_Beauty Amazon_Fashion Appliances Arts_Crafts_and_Sewing Automotive Baby_Products
Beauty_and_Personal_Care Books CDs_and_Vinyl Cell_Phones_and_Accessories Clothing_Shoes_and_Jewelry Digital_Music
Electronics Gift_Cards Grocery_and_Gourmet_Food Handmade_Products Health_and_Household Health_and_Personal_Care
Home_and_Kitchen Industrial_and_Scientific Kindle_Store Magazine_Subscriptions Movies_and_TV Musical_Instruments
Office_Products Patio_Lawn_and_Garden Pet_Supplies Software Sports_and_Outdoors Subscription_Boxes
Tools_and_Home_Improvement Toys_and_Games Unknown Video_Games"""

RESEARCH = "Published for research; a licence is not stated. Amazon's and the authors' rights in the reviews remain."


def _research(address: str) -> Licence:
    return Licence("research, no licence stated", None, RESEARCH, address)


NI = "J. Ni, J. Li, J. McAuley. Justifying Recommendations using Distantly-Labeled Reviews. EMNLP 2019."
SAME_DAY = "Nearly every event shares its time with others: the order within a day is unknown."
COUNTED = {
    "Magazine_Subscriptions": {"events": 89_689, "users": 72_098, "items": 2_428},
    "Gift_Cards": {"events": 2_972, "users": 458, "items": 148},
}

ENTRIES = (
    Entry(
        name="amazon-2014",
        about="Ratings of products at Amazon until 2014, one category each; times are days.",
        parts=tuple(
            Part(name, f"http://snap.stanford.edu/data/amazon/productGraph/categoryFiles/ratings_{name}.csv")
            for name in CATEGORIES_2014.split()
        ),
        options=Options(user=0, item=1, label=2, time=3, unit="s", sep=",", header=False, repeats=False),
        licence=_research("https://cseweb.ucsd.edu/~jmcauley/datasets.html"),
        granularity="days, written in seconds",
        traps=(SAME_DAY,),
        cite="R. He, J. McAuley. Ups and Downs. WWW 2016.",
    ),
    Entry(
        name="amazon-2018",
        about="Ratings of products at Amazon until 2018, one category each; item before user, days.",
        parts=tuple(
            Part(
                name,
                f"{UCSD}/amazon_v2/categoryFilesSmall/{name}.csv",
                counts=COUNTED[name] if name == "Magazine_Subscriptions" else {},
            )
            for name in CATEGORIES_2018.split()
        ),
        options=Options(user=1, item=0, label=2, time=3, unit="s", sep=",", header=False, repeats=False),
        licence=_research("https://cseweb.ucsd.edu/~jmcauley/datasets/amazon_v2/"),
        granularity="days, written in seconds",
        traps=("The item comes before the user, unlike in 2014 and 2023.", SAME_DAY),
        checked="format and counts of Magazine_Subscriptions, on a copy; no address was tried",
        cite=NI,
    ),
    Entry(
        name="amazon-2018-5core",
        about="Reviews at Amazon until 2018 of users and items with five or more, one category each.",
        parts=tuple(
            Part(
                name,
                f"{UCSD}/amazon_v2/categoryFilesSmall/{name}_5.json.gz",
                counts=COUNTED[name] if name == "Gift_Cards" else {},
            )
            for name in ("Gift_Cards", *(one for one in CATEGORIES_2018.split() if one != "Gift_Cards"))
        ),
        options=Options(
            user="reviewerID", item="asin", label="overall", time="unixReviewTime", unit="s", repeats=False
        ),
        licence=_research("https://cseweb.ucsd.edu/~jmcauley/datasets/amazon_v2/"),
        granularity="days, written in seconds",
        traps=(
            "The five-core filter uses the future: how often a user or an item occurs is known before it happens.",
            "A review may occur twice.",
        ),
        checked="format and counts of Gift_Cards, on a copy; no address was tried",
        cite=NI,
    ),
    Entry(
        name="amazon-2023",
        about="Ratings of products at Amazon until 2023, one category each; milliseconds.",
        parts=tuple(
            Part(name, f"{UCSD}/amazon_2023/benchmark/0core/rating_only/{name}.csv.gz")
            for name in CATEGORIES_2023.split()
        ),
        options=Options(user="user_id", item="parent_asin", label="rating", time="timestamp", unit="ms", repeats=False),
        licence=_research("https://amazon-reviews-2023.github.io/"),
        granularity="milliseconds",
        traps=("Times are in milliseconds, those of 2014 and 2018 in seconds.", "Items are parents of their variants."),
        checked="address from several public loaders; no file was fetched",
        cite="Y. Hou et al. Bridging Language and Items for Retrieval and Recommendation. arXiv:2403.03952, 2024.",
    ),
    Entry(
        name="steam",
        about="Reviews of games at Steam, in days from 2010 to 2018.",
        parts=(Part("reviews", "https://cseweb.ucsd.edu/~wckang/steam_reviews.json.gz", counts={"events": 7_793_069}),),
        options=Options(user="username", item="product_id", time="date", unit="iso", repeats=True, form="python"),
        licence=_research("https://cseweb.ucsd.edu/~jmcauley/datasets.html#steam_data"),
        granularity="days",
        traps=(
            "Lines are Python dictionaries, not JSON: they are read as literals, slowly, and never executed.",
            "Most reviews lack user_id: the user is the username.",
        ),
        checked="address from several public loaders; no file was fetched",
        cite="W.-C. Kang, J. McAuley. Self-Attentive Sequential Recommendation. ICDM 2018.",
    ),
    Entry(
        name="yelp",
        about="Reviews of businesses at Yelp, with stars from 1 to 5.",
        parts=(
            Part(
                "reviews",
                "https://www.yelp.com/dataset",
                size="about 7 million reviews; each year has a new edition",
                member="*yelp_academic_dataset_review.json",
            ),
        ),
        options=Options(user="user_id", item="business_id", label="stars", time="date", unit="iso", repeats=True),
        licence=Licence(
            "Yelp Dataset Terms of Use, no redistribution",
            False,
            "For academic or non-commercial use; not to be displayed or redistributed.",
            "https://www.yelp.com/dataset",
        ),
        granularity="seconds",
        traps=("Every edition replaces the previous one: state which you have.", "Times name no zone; UTC is assumed."),
        by_hand="Yelp asks for a form",
        cite="Yelp Open Dataset, with the year of the edition.",
    ),
)
