"""Dated texts: mails and headlines, as made-up rows and as the real files."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np
import pytest
from freshmark.errors import DataError, UsageError
from freshmark.testing import check_dataset
from freshmark_datasets.published.labelled_texts import hackernews, spamassassin

MAILS = "t,label,group,subject,txt\n" + "".join(
    f'{1_000_000_000 + 3600 * row},{row % 3 == 0:d},g,s,"mail {row}, {"buy now" if row % 3 == 0 else "see you"}"\n'
    for row in range(20)
)
HEADLINES = "id,title,num_points,num_comments,author,created_at\n" + "".join(
    f"{row},Headline {row},{row},0,someone,{1 + row % 12}/{1 + row}/2016 {row}:0{row % 10}\n" for row in range(20)
)


@pytest.fixture
def mails(tmp_path):
    path = tmp_path / "mails.csv"
    path.write_text(MAILS)
    return path


@pytest.fixture
def headlines(tmp_path):
    path = tmp_path / "news.csv"
    path.write_text(HEADLINES)
    return path


def test_mails_are_ham_or_spam_with_their_words(mails):
    stream = spamassassin(mails).load()
    assert (stream.task, stream.classes) == ("classify", ("ham", "spam"))
    assert stream.label.tolist() == [int(row % 3 == 0) for row in range(20)]
    words = ("mail", "0", "buy", "now")
    assert stream.features["text"][0].tolist() == [crc32(word.encode()) + 1 for word in words]


def test_headlines_are_sorted_by_their_dates_and_have_few_or_many_points(headlines):
    stream = hackernews(headlines).load()
    assert (stream.task, stream.classes) == ("classify", ("few", "many"))
    assert (np.diff(stream.time) >= 0).all()
    assert stream.label.sum() == 10
    assert stream.label.dtype == np.int64
    assert "50.0% many" in stream.about["classes"]


def test_points_change_labels_name_and_key(headlines):
    assert hackernews(headlines, points=15).load().label.sum() == 5
    assert hackernews(headlines, points=15).load().name == "hackernews points=15"
    assert hackernews(headlines, points=15).key != hackernews(headlines).key
    impossible: list[Any] = [0, True, 1.5]
    for points in impossible:
        with pytest.raises(UsageError, match="points="):
            hackernews(headlines, points=points)


def test_a_key_depends_on_the_file_and_the_length(mails, headlines):
    keys = {spamassassin(mails).key, spamassassin(mails, length=5).key, hackernews(headlines).key}
    assert len(keys) == 3
    assert spamassassin(mails).key == spamassassin(str(mails)).key


def test_another_label_than_ham_or_spam_is_refused(tmp_path):
    (tmp_path / "mails.csv").write_text(MAILS.replace(",1,g", ",7,g"))
    with pytest.raises(DataError, match="'7' is neither 0 nor 1"):
        spamassassin(tmp_path / "mails.csv").load()


def test_a_date_of_another_form_is_refused_with_its_line(tmp_path):
    (tmp_path / "news.csv").write_text(HEADLINES.replace("1/1/2016 0:00", "2016-01-01"))
    with pytest.raises(DataError, match=r"news\.csv:2"):
        hackernews(tmp_path / "news.csv").load()


def test_both_pass_the_check_of_data_sets(mails, headlines):
    for build in (lambda: spamassassin(mails), lambda: hackernews(headlines)):
        assert [one for one in check_dataset(build) if not one.ok] == []


def test_the_real_mails_have_the_counts_that_are_stated_of_them(shared_data):
    path = shared_data / "spamassassin" / "spamassassin_stream.csv.gz"
    stream = spamassassin(path).load()
    assert len(stream) == 6_046
    assert stream.label.mean() == pytest.approx(0.3136, abs=1e-4)


def test_the_real_headlines_are_all_read(shared_data):
    stream = hackernews(shared_data / "hackernews-20k" / "hacker_news.csv").load()
    assert len(stream) == 20_099
    assert stream.about["resolution"] == "1 minute"
    assert 0.45 < stream.label.mean() < 0.55
