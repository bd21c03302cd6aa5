"""ImageSet out of idx and npz files: what is read, and what is refused with its file."""

from __future__ import annotations

import gzip
import struct
from typing import Any

import numpy as np
import pytest
from freshmark.errors import DataError
from freshmark_datasets.simulators.images.image_files import idx, image_set, read

LABELS = np.array([3, 1, 3, 2], np.uint8)
IMAGES = np.arange(4 * 2 * 3, dtype=np.uint8).reshape(4, 2, 3)


def idx_bytes(array, code=0x08):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def files(tmp_path):
    (tmp_path / "x.idx").write_bytes(idx_bytes(IMAGES))
    (tmp_path / "y.idx").write_bytes(idx_bytes(LABELS))
    return tmp_path


def test_an_idx_file_gives_its_array_gzipped_or_not(files):
    (files / "x.gz").write_bytes(gzip.compress(idx_bytes(IMAGES)))
    for name in ("x.idx", "x.gz"):
        assert np.array_equal(idx(files / name), IMAGES)
        assert idx(files / name).dtype == np.uint8


@pytest.mark.parametrize(("kind", "code"), [(">i2", 0x0B), (">i4", 0x0C), (">f4", 0x0D), (">f8", 0x0E), (">i1", 0x09)])
def test_idx_holds_numbers_of_other_types_the_highest_byte_first(tmp_path, kind, code):
    array = np.array([[1, -2, 100]], kind)
    (tmp_path / "a").write_bytes(idx_bytes(array, code))
    assert np.array_equal(idx(tmp_path / "a"), array)
    assert idx(tmp_path / "a").dtype.isnative


def test_classes_are_the_labels_that_occur_and_codes_their_places(files):
    result = read(files / "x.idx", files / "y.idx")
    assert result.classes == ("1", "2", "3")
    assert result.label.tolist() == [2, 0, 2, 1]
    assert result.label.dtype == np.int64


@pytest.mark.parametrize(("image", "label"), [("x", "y"), ("images", "labels"), ("data", "target"), ("image", "label")])
def test_an_npz_file_gives_the_same_under_each_of_the_usual_names(files, image, label):
    arrays: dict[str, Any] = {image: IMAGES, label: LABELS}
    np.savez(files / "both.npz", **arrays)
    one, other = read(files / "both.npz", None), read(files / "x.idx", files / "y.idx")
    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.label, other.label)


def test_rows_of_pixels_become_squares_and_channels_stay():
    assert image_set(np.zeros((4, 9), np.uint8), LABELS, where="f").image.shape == (4, 3, 3)
    assert image_set(np.zeros((4, 3, 2, 2), np.uint8), LABELS, where="f").image.shape == (4, 3, 2, 2)


def test_bytes_stay_bytes_and_other_numbers_become_float32():
    assert image_set(IMAGES, LABELS, where="f").image.dtype == np.uint8
    assert image_set(IMAGES / 7, LABELS, where="f").image.dtype == np.float32


@pytest.mark.parametrize(
    ("image", "label", "what"),
    [
        (IMAGES[:3], LABELS, "3 images"),
        (IMAGES, LABELS[:, None], "labels of shape"),
        (IMAGES[:0], LABELS[:0], "0 images"),
        (np.zeros((4, 7)), LABELS, "of shape"),
        (np.zeros((4, 2, 2), complex), LABELS, "complex"),
        (np.full((4, 2, 2), np.nan), LABELS, "not finite"),
    ],
)
def test_invalid_images_or_labels_are_refused(image, label, what):
    with pytest.raises(DataError, match=what):
        image_set(image, label, where="f")


@pytest.mark.parametrize(
    "broken", [b"", b"\0\0", b"\0\0\x08\x01", b"\x89PNG\r\n", b"\0\0\x07\x01\0\0\0\1\0", b"\x1f\x8b\0"]
)
def test_an_invalid_idx_file_is_refused_with_its_name(tmp_path, broken):
    (tmp_path / "a").write_bytes(broken)
    with pytest.raises(DataError, match="a"):
        idx(tmp_path / "a")


def test_an_idx_file_that_is_cut_off_or_too_long_is_refused(files):
    whole = idx_bytes(IMAGES)
    for text in (whole[:-1], whole + b"\0"):
        (files / "x.idx").write_bytes(text)
        with pytest.raises(DataError, match="do not match its header"):
            idx(files / "x.idx")


def test_an_idx_file_without_labels_is_refused(files):
    with pytest.raises(DataError, match="labels="):
        read(files / "x.idx", None)


def test_an_npz_file_that_is_damaged_or_lacks_images_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", something=IMAGES, y=LABELS)
    with pytest.raises(DataError, match="no array is called x; the arrays are something, y"):
        read(tmp_path / "other.npz", None)
    np.savez(tmp_path / "objects.npz", x=np.array([None, 1], object), y=LABELS[:2])
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "objects.npz", None)
    np.savez(tmp_path / "whole.npz", x=IMAGES, y=LABELS)
    (tmp_path / "torn.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:200])
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "torn.npz", None)
