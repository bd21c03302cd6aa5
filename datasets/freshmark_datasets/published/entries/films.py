"""Ratings of films: MovieLens, MovieTweetings, Netflix."""

from __future__ import annotations

from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.readers.options import Options

GROUPLENS = """\
Neither the University of Minnesota nor any of the researchers involved can guarantee the correctness of the data, its
suitability for any particular purpose, or the validity of results based on the use of the data set. The data set may
be used for any research purposes under the following conditions:
* The user may not state or imply any endorsement from the University of Minnesota or the GroupLens Research Group.
* The user must acknowledge the use of the data set in publications resulting from the use of the data set.
* {redistribution}
* The user may not use this information for any commercial or revenue-bearing purposes without first obtaining
  permission from a faculty member of the GroupLens Research Project at the University of Minnesota."""
RESTRICTED = GROUPLENS.format(redistribution="The user may not redistribute the data without separate permission.")
REDISTRIBUTABLE = GROUPLENS.format(
    redistribution="The user may redistribute the data set, including transformations, so long as it is distributed\n"
    "  under these same license conditions."
)
LENS = "https://files.grouplens.org/datasets/movielens"
TWEETS = "https://raw.githubusercontent.com/sidooms/MovieTweetings/master"
SHARED = ("32m", "latest-small")
"""Editions of MovieLens that may be redistributed."""


def _lens(name: str, member: str, checksum: str, readme: str, **counts: int) -> Part:
    """An edition of MovieLens, whose README states its terms."""
    terms = REDISTRIBUTABLE if name in SHARED else RESTRICTED
    return Part(
        name,
        f"{LENS}/ml-{name}.zip",
        size=f"{counts['events']:,} ratings" if counts else "about 100,000 ratings, replaced from time to time",
        checksum=checksum,
        member=member,
        counts=counts,
        licence=Licence("GroupLens, research", name in SHARED, terms, f"{LENS}/{readme}"),
    )


_LENS = (
    _lens(
        *("100k", "ml-100k/u.data", "md5:0e33842e24a9c977be4e0107933c0723", "ml-100k-README.txt"),
        events=100_000,
        users=943,
        items=1_682,
    ),
    _lens(
        *("1m", "ml-1m/ratings.dat", "md5:c4d9eecfca2ab87c1945afe126590906", "ml-1m-README.txt"),
        events=1_000_209,
        users=6_040,
    ),
    _lens(
        *("10m", "ml-10M100K/ratings.dat", "md5:ce571fd55effeba0271552578f2648bd", "ml-10m-README.html"),
        events=10_000_054,
    ),
    _lens(
        *("20m", "ml-20m/ratings.csv", "md5:cd245b17a1ae2cc31bb14903e1204af3", "ml-20m-README.html"),
        events=20_000_263,
        users=138_493,
    ),
    _lens(
        *("25m", "ml-25m/ratings.csv", "md5:6b51fb2759a8657d3bfcbfc42b592ada", "ml-25m-README.html"),
        events=25_000_095,
        users=162_541,
    ),
    _lens(
        *("32m", "ml-32m/ratings.csv", "md5:d472be332d4daa821edc399621853b57", "ml-32m-README.html"),
        events=32_000_204,
        users=200_948,
    ),
    _lens("latest-small", "ml-latest-small/ratings.csv", "", "ml-latest-small-README.html"),
)


def _tweets(name: str, checksum: str = "", **counts: int) -> Part:
    address = f"{TWEETS}/snapshots/{name.upper()}/ratings.dat"
    return Part(name, address, size=f"{name[:-1]},000 ratings", checksum=checksum, counts=counts)


ENTRIES = (
    Entry(
        name="movielens",
        about="Ratings of films at movielens.org, 0.5 to 5; most users give all of theirs within a day.",
        parts=_LENS,
        parts_called="size",
        options=Options(user=0, item=1, label=2, time=3, unit="s", repeats=False),
        licence=Licence("GroupLens, research", False, RESTRICTED, f"{LENS}/ml-100k-README.txt"),
        granularity="seconds",
        traps=("A time is when the rating was entered, which may be years after the film was seen.",),
        checked="format of latest-small and counts of 100k, on copies; checksums and other counts from the publisher; "
        "no address was tried",
        cite="F. M. Harper, J. A. Konstan. The MovieLens Datasets: History and Context. ACM TiiS 5(4), 19, 2015.",
    ),
    Entry(
        name="movietweetings",
        about="Ratings of films from Twitter, 0 to 10, by 16,554 users in 185 days, with strong drift.",
        parts=(
            _tweets(
                *("100k", "sha256:c0dd868c2632d10002ebc928ddc5345f33adeaa59eca52c2941c26a2c5e36fd6"),
                events=100_000,
                users=16_554,
                items=10_506,
            ),
            *map(_tweets, ("10k", "20k", "50k")),
        ),
        parts_called="size",
        options=Options(user=0, item=1, label=2, time=3, sep="::", header=False, unit="s", repeats=False),
        licence=Licence(
            "MIT",
            True,
            "The MIT License (MIT), Copyright (c) 2013 Simon Dooms.\n"
            "The data may be used, copied, changed and redistributed, also commercially, as long as this notice stays "
            "with it.\nIt comes as is, without warranty of any kind.",
            f"{TWEETS}/LICENSE",
        ),
        granularity="seconds",
        traps=("Ratings come from one app's tweets: those who tweet are not those who watch.",),
        checked="format, checksum and counts of 100k, on a copy; no address was tried",
        cite="S. Dooms, T. De Pessemier, L. Martens. MovieTweetings: a Movie Rating Dataset Collected From Twitter. "
        "CrowdRec at RecSys 2013.",
    ),
    Entry(
        name="netflix",
        about="The Netflix Prize: 100 million ratings of films, 1 to 5, in days from 1999 to 2005.",
        parts=(
            Part(
                "prize",
                "https://www.kaggle.com/datasets/netflix-inc/netflix-prize-data",
                member="*combined_data_[1-4].txt",
                counts={"events": 100_480_507, "users": 480_189, "items": 17_770},
            ),
        ),
        options=Options(
            item=0,
            user=1,
            label=2,
            time=3,
            unit="iso",
            sep=",",
            header=False,
            quotes=False,
            repeats=False,
            form="netflix",
        ),
        licence=Licence(
            "research, no redistribution",
            False,
            "Not to be redistributed, nor used commercially; the publisher withdrew it from its own site.",
            "https://www.kaggle.com/datasets/netflix-inc/netflix-prize-data",
        ),
        granularity="days",
        traps=(
            "Ratings follow a line 'movie:'; the files are sorted by film, not by time.",
            (
                "The older edition has one file mv_0000001.txt per film, in a tar within a tar: unpack it and join the "
                "files."
            ),
        ),
        by_hand="Kaggle asks for an account",
        cite="J. Bennett, S. Lanning. The Netflix Prize. KDD Cup and Workshop 2007.",
    ),
)
