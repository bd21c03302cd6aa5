"""digits(), mnist() and images(): the loaders, their options, and the real files."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
from freshmark.errors import DataError, UnknownName, UsageError
from freshmark.testing import check_dataset
from freshmark_datasets.published.images import digits, images, mnist

RAMP = np.arange(12 * 16, dtype=np.uint8).reshape(12, 16) % 17


@pytest.fixture
def npz(tmp_path):
    np.savez(tmp_path / "set.npz", x=RAMP, y=np.arange(12) % 3)
    return tmp_path / "set.npz"


@pytest.fixture
def folder(tmp_path):
    """The two files of a made-up MNIST, one of them gzipped."""
    image, label = RAMP.reshape(12, 4, 4), (np.arange(12) % 3).astype(np.uint8)
    text = struct.pack(">BBBB3I", 0, 0, 8, 3, *image.shape) + image.tobytes()
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(text))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(struct.pack(">BBBBI", 0, 0, 8, 1, 12) + label.tobytes())
    return tmp_path


def test_a_copy_of_the_digits_is_scaled_from_sixteen_to_white(npz):
    stream = digits(path=npz).load()
    assert stream.features["image"].shape == (12, 4, 4)
    assert set(np.unique(stream.features["image"])) == {round(value * 255 / 16) for value in range(17)}


def test_images_are_taken_as_they_are(npz):
    stream = images(npz).load()
    assert stream.features["image"].max() == 16
    assert stream.classes == ("0", "1", "2")


def test_the_files_of_mnist_are_recognised_by_name(folder, npz):
    one, other = mnist(folder).load(), images(npz).load()
    assert np.array_equal(one.features["image"], other.features["image"])
    assert np.array_equal(one.label, other.label)


def test_a_missing_file_of_mnist_is_named(tmp_path):
    with pytest.raises(DataError, match="no train-images-idx3-ubyte"):
        mnist(tmp_path, part="train")
    with pytest.raises(UsageError, match="part="):
        mnist(tmp_path, part="test")


def test_a_stream_is_called_by_its_expression(npz):
    assert digits("rotation", 2, path=npz, degrees=90).load().name == "digits('rotation', seed=2, degrees=90)"
    assert images(npz, "classes", phases=3).load().name == "images set.npz('classes', phases=3)"


def test_keys_tell_apart_files_drifts_seeds_and_options(npz, folder):
    sources = [
        *(images(npz, drift) for drift in ("none", "rotation", "permutation", "classes")),
        images(npz, seed=1),
        images(npz, degrees=1.0),
        digits(path=npz),
        mnist(folder),
    ]
    assert len({source.key for source in sources}) == len(sources)
    assert images(npz).key == images(str(npz)).key


def test_wrong_options_are_refused_before_anything_is_loaded(npz):
    with pytest.raises(UnknownName, match="did you mean 'classes'"):
        images(npz, "class")
    with pytest.raises(UnknownName, match="did you mean 'phases'"):
        images(npz, phase=2)
    with pytest.raises(UsageError, match="seed is"):
        images(npz, seed=-1)


@pytest.mark.parametrize("drift", ["none", "rotation", "permutation", "classes"])
def test_every_drift_passes_the_check_of_data_sets(npz, drift):
    assert [one for one in check_dataset(lambda: images(npz, drift, phases=3)) if not one.ok] == []


def test_without_scikit_learn_the_extra_that_brings_it_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match=r"freshmark\[images\]"):
        digits().load()


def test_scikit_learn_gives_the_digits_that_lie_in_the_file(shared_data):
    pytest.importorskip("sklearn")
    one, other = digits(), digits(path=shared_data / "digits" / "digits.npz")
    assert one.load().fingerprint == other.load().fingerprint
    assert len(one.load()) == 1_797


def test_the_real_mnist_is_read(shared_data):
    stream = mnist(shared_data / "mnist-t10k").load()
    assert stream.features["image"].shape == (10_000, 28, 28)
    assert np.bincount(stream.label).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
