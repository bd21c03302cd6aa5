"""Music, news and places: Last.fm, Adressa, Globo, Gowalla, Foursquare."""

from __future__ import annotations

from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.readers.options import Options

ENTRIES = (
    Entry(
        name="lastfm-1k",
        about="Last.fm 1K: the 19 million songs that a thousand users played from 2005 to 2009.",
        parts=(
            Part(
                "plays",
                "http://mtg.upf.edu/static/datasets/last.fm/lastfm-dataset-1K.tar.gz",
                size="19,150,868 lines, 640 MB",
                member="userid-timestamp-artid-artname-traid-traname.tsv",
                counts={"events": 19_150_868, "users": 992},
            ),
        ),
        options=Options(user=0, item=3, time=1, unit="iso", sep="\t", header=False, quotes=False, repeats=True),
        licence=Licence(
            "Last.fm, non-commercial",
            None,
            "Made available with permission of Last.fm, for non-commercial use.",
            "http://ocelma.net/MusicRecommendationDataset/lastfm-1K.html",
        ),
        granularity="seconds",
        traps=(
            "Items are names of artists: many lines lack the ids of artist and song.",
            "Quotes within names are ordinary characters. Newest plays come first.",
            "Playing an album repeats the artist with every song.",
            "The publisher states the md5 of the table, 64747b21563e3d2aa95751e0ddc46b68, not of the archive.",
        ),
        checked="counts from the publisher's README; no file was fetched",
        cite="O. Celma. Music Recommendation and Discovery. Springer 2010.",
    ),
    Entry(
        name="adressa",
        about="Adressa: readers of a Norwegian newspaper, clicks on articles in a week or three months of 2017.",
        parts=(
            Part("one-week", "https://reclab.idi.ntnu.no/dataset/one_week.tar.gz", size="1.4 GB", member="*2017*"),
            Part(
                "three-months", "https://reclab.idi.ntnu.no/dataset/three_month.tar.gz", size="16 GB", member="*2017*"
            ),
        ),
        options=Options(user="userId", item="id", time="time", unit="s", repeats=True, only=(("id", "."),)),
        licence=Licence(
            "CC BY-NC-SA 4.0",
            True,
            "May be used, changed and redistributed for non-commercial purposes, with credit, on the same terms.",
            "https://reclab.idi.ntnu.no/dataset/",
        ),
        granularity="seconds",
        traps=(
            "A line without id is a view of the front page; it is left out and counted.",
            "Readers without an account have a new id on each device.",
        ),
        checked="addresses from public loaders; no file was fetched",
        cite="J. A. Gulla et al. The Adressa Dataset for News Recommendation. WI 2017.",
    ),
    Entry(
        name="globo",
        about="Globo: 3 million clicks on articles of a Brazilian news portal in two weeks of October 2017.",
        parts=(
            Part(
                "clicks",
                "https://www.kaggle.com/datasets/gspmoreira/news-portal-user-interactions-by-globocom",
                size="about 3 million clicks, a file per hour",
                member="clicks_hour_*.csv",
            ),
        ),
        options=Options(
            user="user_id", item="click_article_id", time="click_timestamp", unit="ms", sep=",", repeats=True
        ),
        licence=Licence(
            "research, non-commercial; see the page",
            None,
            "Released by Globo.com for research; the page has the terms.",
            "https://www.kaggle.com/datasets/gspmoreira/news-portal-user-interactions-by-globocom",
        ),
        granularity="milliseconds",
        traps=(
            "The clicks are a zip within Kaggle's zip: unpack the outer one.",
            "Files are split by the hour in which a session starts: clicks of one hour are in several files.",
        ),
        by_hand="Kaggle asks for an account",
        cite="G. de Souza P. Moreira, F. Ferreira, A. M. da Cunha. News Session-Based Recommendations. DLRS 2018.",
    ),
    Entry(
        name="gowalla",
        about="Gowalla: 6.4 million check-ins at places from 2009 to 2010.",
        parts=(
            Part(
                "checkins",
                "https://snap.stanford.edu/data/loc-gowalla_totalCheckins.txt.gz",
                counts={"events": 6_442_890},
            ),
        ),
        options=Options(user=0, time=1, item=4, unit="iso", sep="\t", header=False, quotes=False, repeats=True),
        licence=Licence(
            "none stated", None, "SNAP states no licence.", "https://snap.stanford.edu/data/loc-gowalla.html"
        ),
        granularity="seconds",
        traps=("The file is sorted by user, newest first.",),
        checked="count from SNAP; no file was fetched",
        cite="E. Cho, S. A. Myers, J. Leskovec. Friendship and Mobility. KDD 2011.",
    ),
    Entry(
        name="foursquare",
        about="Foursquare, TSMC 2014: check-ins at places in New York or Tokyo from April 2012 to February 2013.",
        parts=(
            Part(
                "nyc",
                "http://www-public.it-sudparis.eu/~zhang_da/pub/dataset_tsmc2014.zip",
                member="dataset_TSMC2014_NYC.txt",
                counts={"events": 227_428},
            ),
            Part(
                "tokyo",
                "http://www-public.it-sudparis.eu/~zhang_da/pub/dataset_tsmc2014.zip",
                member="dataset_TSMC2014_TKY.txt",
                counts={"events": 573_703},
            ),
        ),
        options=Options(
            user=0, item=1, time=7, unit="%a %b %d %H:%M:%S %z %Y", sep="\t", header=False, quotes=False, repeats=True
        ),
        licence=Licence(
            "research, non-commercial",
            None,
            "For research, non-commercial; cite the paper.",
            "https://sites.google.com/site/yangdingqi/home/foursquare-dataset",
        ),
        granularity="seconds",
        traps=(
            "Times are words, 'Tue Apr 03 18:00:09 +0000 2012', in UTC; column 6 is the offset of the place, minutes.",
            "Names of categories are Latin-1, not UTF-8: they are not read.",
            "The host of the archive is reported gone; search for dataset_tsmc2014.zip and pass path=.",
        ),
        checked="counts from the publisher; no file was fetched",
        cite="D. Yang et al. Modeling User Activity Preference. IEEE TSMC: Systems 45(1), 2015.",
    ),
)
