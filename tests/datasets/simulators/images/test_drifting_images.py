"""Drifting images: drifts do what they are called, to every picture at its time, and to nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.errors import UnknownName, UsageError
from freshmark_datasets.simulators.images.drifting_images import DRIFTS, image_drift, permuted, rotated, stream
from freshmark_datasets.simulators.images.image_files import ImageSet

CLASSES = tuple("abcd")


def some(n=200, side=6):
    """ImageSet that are all different, with classes in turn."""
    pixels = np.arange(n * side * side) * 7919 % 251
    return ImageSet(pixels.astype(np.uint8).reshape(n, side, side), np.arange(n) % len(CLASSES), CLASSES)


def moved(drift="none", seed=0, result=None, **options):
    return stream(result or some(), image_drift(drift=drift, **options), seed, name="s", about={})


def share(built, options_days=60.0):
    """(n,) the place of each event within the span."""
    return (built.time / 1e6 - 1_704_067_200) / (options_days * 86_400)


@pytest.fixture(params=DRIFTS)
def drift(request):
    return request.param


def test_every_picture_comes_once_with_its_class(drift):
    built = moved(drift, phases=4)
    assert len(built) == 200
    assert np.bincount(built.label).tolist() == [50] * 4
    assert (built.task, built.classes) == ("classify", CLASSES)
    if drift in {"none", "classes"}:
        key = {one.tobytes(): label for one, label in zip(some().image, some().label, strict=True)}
        assert [key[one.tobytes()] for one in built.features["image"]] == built.label.tolist()


def test_the_same_seed_gives_the_same_stream_and_another_seed_another(drift):
    assert moved(drift, phases=4).fingerprint == moved(drift, phases=4).fingerprint
    assert moved(drift, phases=4).fingerprint != moved(drift, seed=1, phases=4).fingerprint


def test_a_rotation_of_zero_degrees_changes_nothing():
    assert np.array_equal(moved("rotation", degrees=0).features["image"], moved().features["image"])


def test_a_quarter_turn_moves_every_pixel_counter_clockwise():
    image = some(3).image
    assert np.array_equal(rotated(image, np.full(3, 90.0)), np.rot90(image, 1, axes=(1, 2)))
    assert np.array_equal(rotated(image, np.full(3, 360.0)), image)


def test_pictures_turn_steadily_from_the_first_to_the_last():
    built = moved("rotation", degrees=180.0)
    plain = moved()
    half = int(np.argmin(np.abs(share(built) - 0.5)))
    for row in (0, half, len(built) - 1):
        angle = np.array([180.0 * share(built)[row]])
        again = rotated(plain.features["image"][row : row + 1], angle)
        assert np.abs(again[0].astype(int) - built.features["image"][row].astype(int)).max() <= 1


def test_colours_turn_together_and_fractions_stay_fractions():
    image = np.linspace(0, 1, 2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4)
    both = rotated(image, np.array([30.0, 30.0]))
    assert both.dtype == np.float32
    for channel in range(3):
        assert np.array_equal(both[:, channel], rotated(image[:, channel], np.array([30.0, 30.0])))


def test_a_permutation_keeps_the_pixels_of_a_picture_and_the_first_phase_as_it_is():
    built, plain = moved("permutation", phases=2), moved()
    first = share(built) < 0.5
    image, was = built.features["image"], plain.features["image"]
    assert np.array_equal(image[first], was[first])
    assert not np.array_equal(image[~first], was[~first])
    assert np.array_equal(np.sort(image.reshape(200, -1), 1), np.sort(was.reshape(200, -1), 1))


def test_all_pictures_of_a_phase_are_permuted_alike():
    orders = np.array([[0, 1, 2, 3], [3, 2, 1, 0]])
    image = np.arange(8).reshape(2, 2, 2)
    assert permuted(image, orders, np.array([1, 1])).reshape(2, -1).tolist() == [[3, 2, 1, 0], [7, 6, 5, 4]]
    assert np.array_equal(permuted(image, orders, np.array([0, 0])), image)


def test_classes_appear_in_their_order_each_in_its_phase_and_stay():
    built = moved("classes", phases=4)
    for label in range(4):
        when = share(built)[built.label == label]
        assert when.min() >= label / 4 - 1e-6
        assert when.min() < label / 4 + 0.1
        assert when.max() > 0.9


def test_fewer_phases_than_classes_bring_several_at_once():
    built = moved("classes", phases=2)
    assert set(built.label[share(built) < 0.5]) == {0, 1}


def test_drifts_are_declared_where_they_are():
    assert moved().drifts == ()
    (turning,) = moved("rotation").drifts
    assert (turning.kind, turning.end - turning.begin) == ("incremental", 60 * 86_400 * 1_000_000)
    begins = [one.begin for one in moved("permutation", phases=4).drifts]
    assert np.allclose(share(type("T", (), {"time": np.array(begins)})), [0.25, 0.5, 0.75])


def test_times_lie_within_the_span(drift):
    place = share(moved(drift, phases=4, span_days=2), 2)
    assert (place >= 0).all()
    assert (place < 1).all()


def test_labels_are_certain_and_it_is_said_that_this_is_a_bound(drift):
    built = moved(drift, phases=4)
    assert built.oracle.shape == (200, 4)
    assert (built.oracle[np.arange(200), built.label] == 1).all()
    assert (built.oracle.sum(1) == 1).all()
    assert "certain" in built.about["oracle"]
    assert "always right" in built.about["oracle"]


def test_invalid_options_are_refused():
    with pytest.raises(UnknownName, match="did you mean 'rotation'"):
        image_drift(drift="rotate")
    with pytest.raises(UnknownName, match="did you mean 'degrees'"):
        image_drift(degree=3)
    with pytest.raises(UsageError, match="phases is 1"):
        image_drift(phases=1)
    with pytest.raises(UsageError, match="4 classes cannot appear in 5 phases"):
        moved("classes", phases=5)
