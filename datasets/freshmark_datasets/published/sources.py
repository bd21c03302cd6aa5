"""Streams that others published: where they are, how to know them, and on which terms."""

from __future__ import annotations

from dataclasses import dataclass

from freshmark import UnknownName

MIT = """\
The MIT License (MIT), Copyright (c) 2013 Simon Dooms.
The data may be used, copied, changed and passed on, also commercially, as long as this notice stays with it.
It comes as is, without warranty of any kind.
Please cite: S. Dooms, T. De Pessemier, L. Martens. MovieTweetings: a Movie Rating Dataset Collected From Twitter.
CrowdRec at RecSys 2013."""

GROUPLENS = """\
Neither the University of Minnesota nor any of the researchers involved can guarantee the correctness of the data, its
suitability for any particular purpose, or the validity of results based on the use of the data set. The data set may
be used for any research purposes under the following conditions:
* The user may not state or imply any endorsement from the University of Minnesota or the GroupLens Research Group.
* The user must acknowledge the use of the data set in publications resulting from the use of the data set.
* {redistribution}
* The user may not use this information for any commercial or revenue-bearing purposes without first obtaining
  permission from a faculty member of the GroupLens Research Project at the University of Minnesota.
Please cite: F. M. Harper, J. A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM TiiS 5, 4, 19."""

CLOSED = GROUPLENS.format(redistribution="The user may not redistribute the data without separate permission.")
OPEN = GROUPLENS.format(
    redistribution="The user may redistribute the data set, including transformations, so long as it is distributed\n"
    "  under these same license conditions."
)
LENS = "https://files.grouplens.org/datasets/movielens"
TWEETS = "https://raw.githubusercontent.com/sidooms/MovieTweetings/master"


@dataclass(frozen=True, slots=True)
class Published:
    """A file that others published.

    name, size: of the stream
    address: where it is fetched from
    terms: the text of its licence, or the conditions that matter in it
    read_more: where the whole licence stands
    checksum: ``sha256:…`` or ``md5:…`` of the file; empty where its publisher replaces it from time to time
    member: the events, within the file where it is an archive; the end of their name, or a pattern of it
    by_hand: what must be done to get it, where no program may fetch it
    shelf: the folder that it is kept in, where several sizes are one file
    """

    name: str
    size: str
    address: str
    terms: str
    read_more: str
    checksum: str = ""
    member: str = ""
    by_hand: str = ""
    shelf: str = ""

    @property
    def file_name(self) -> str:
        """What the file is called; of one that is fetched by hand, the name that it is kept under."""
        return f"{self.shelf or self.size}.data" if self.by_hand else self.address.rsplit("/", 1)[1]


def _tweets(size: str, checksum: str = "") -> Published:
    address = f"{TWEETS}/snapshots/{size.upper()}/ratings.dat"
    return Published("movietweetings", size, address, MIT, f"{TWEETS}/LICENSE", checksum)


def _lens(size: str, member: str, checksum: str, terms: str, readme: str) -> Published:
    stem = f"ml-{size}"
    return Published("movielens", size, f"{LENS}/{stem}.zip", terms, f"{LENS}/{readme}", checksum, member)


PUBLISHED = {
    (one.name, one.size): one
    for one in (
        _tweets("10k"),
        _tweets("20k"),
        _tweets("50k"),
        _tweets("100k", "sha256:c0dd868c2632d10002ebc928ddc5345f33adeaa59eca52c2941c26a2c5e36fd6"),
        _lens("100k", "ml-100k/u.data", "md5:0e33842e24a9c977be4e0107933c0723", CLOSED, "ml-100k-README.txt"),
        _lens("1m", "ml-1m/ratings.dat", "md5:c4d9eecfca2ab87c1945afe126590906", CLOSED, "ml-1m-README.txt"),
        _lens("10m", "ml-10M100K/ratings.dat", "md5:ce571fd55effeba0271552578f2648bd", CLOSED, "ml-10m-README.html"),
        _lens("20m", "ml-20m/ratings.csv", "md5:cd245b17a1ae2cc31bb14903e1204af3", CLOSED, "ml-20m-README.html"),
        _lens("25m", "ml-25m/ratings.csv", "md5:6b51fb2759a8657d3bfcbfc42b592ada", CLOSED, "ml-25m-README.html"),
        _lens("32m", "ml-32m/ratings.csv", "md5:d472be332d4daa821edc399621853b57", OPEN, "ml-32m-README.html"),
        _lens("latest-small", "ml-latest-small/ratings.csv", "", OPEN, "ml-latest-small-README.html"),
    )
}
"""By name and size. The md5 sums are those that GroupLens publishes beside each archive."""


def published(name: str, size: str) -> Published:
    """The file of that name and size.

    Raises:
        UnknownName: there is none; with the sizes that there are.
    """
    found = PUBLISHED.get((name, str(size).lower()))
    if found is None:
        raise UnknownName("size", str(size), [other for known, other in PUBLISHED if known == name], where=name)
    return found
