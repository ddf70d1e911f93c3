"""Images of the user: what becomes of their sizes, modes and orientation; classes, splits, and what is refused."""

from __future__ import annotations

import io
import os
import shutil
import struct
import zipfile

import numpy as np
import pytest
from own_files import encoded, idx, packed, pixels, write_photos
from PIL import Image

from explorer.data import DataError, open_dataset, source, summary_of
from explorer.data.errors import Unreadable
from explorer.data.pictures import Look, read_picture
from explorer.data.spelling import spelled

GREY = Look(8, colour=False, crop=True, background=0)
COLOUR = Look(8, colour=True, crop=True, background=255)


def images(path, **values):
    return open_dataset(spelled("images", {"file": path, **values}))


@pytest.fixture
def photos(tmp_path):
    return write_photos(tmp_path / "photos", 80)


def test_a_folder_is_read_with_its_classes_and_says_what_it_made_of_it(photos):
    (photos / "lakes" / "broken.png").write_bytes(b"nothing")
    (photos / "list.txt").write_text("x")
    os.symlink("/etc/hostname", photos / "lakes" / "out.png")
    data = images(photos, side=16)
    assert data.kind == source("images:side=16").kind
    assert data.classes == ("hills", "lakes")
    assert [len(split) for split in (data.train, data.valid, data.test)] == [64, 8, 8]
    assert np.bincount(np.concatenate([data.train.y, data.valid.y, data.test.y])).tolist() == [40, 40]
    words = str(summary_of(data))
    for expected in ("80 images", "hills 40, lakes 40", "from 40×30 to 64×64 px", "80 coloured images made grey",
                     "lakes/broken.png: it is no PNG", "lakes/out.png: a symbolic link", "1 .txt"):  # fmt: skip
        assert expected in words


def test_splits_come_from_folders_or_from_the_seed(photos):
    seeds = [images(photos, side=8, seed=seed).digest for seed in (0, 0, 1)]
    assert seeds[0] == seeds[1] != seeds[2]
    (photos / "train").mkdir()
    for name in ("hills", "lakes"):
        shutil.move(photos / name, photos / "train" / name)
    shutil.copytree(photos / "train", photos / "test")
    data = images(photos, side=8)
    assert data.classes == ("hills", "lakes")
    assert [len(split) for split in (data.train, data.valid, data.test)] == [72, 8, 80]
    assert "split by folders, a tenth of train to validate" in str(summary_of(data))
    (photos / "more").mkdir()
    shutil.copy(photos / "test" / "hills" / "1.jpeg", photos / "more")
    with pytest.raises(DataError, match=r"has test, train, more, where folders .* set splits=seed"):
        images(photos, side=8)
    with pytest.raises(DataError, match=r"set splits=seed"):
        images(write_photos(photos.parent / "b", 4) and photos, splits="folders")


def test_images_beside_folders_have_no_class(photos):
    shutil.copy(photos / "lakes" / "0.png", photos / "loose.png")
    with pytest.raises(DataError, match=r"1 file beside the folders hills, lakes, .* set classes=none"):
        images(photos)
    assert images(photos, classes="none").classes == ()


# The corners of a square picture with a white corner at the top left, as EXIF orientations store it.
STORED = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@pytest.mark.parametrize("orientation", STORED)
def test_pictures_are_turned_as_exif_says(orientation):
    stored = np.zeros((8, 8), np.uint8)
    row, column = STORED[orientation]
    stored[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = 255
    # Orientation 6 is "rotate 90° clockwise to view": the stored bottom left corner becomes the top left one.
    exif = Image.Exif()
    exif[0x0112] = orientation
    x = read_picture(encoded(Image.fromarray(stored), "png", exif=exif.tobytes()), GREY).x[0]
    assert x[:4, :4].min() > 250
    assert x[4:].max() < 5


def test_sixteen_bits_transparency_palettes_and_modes():
    deep = read_picture(encoded(Image.fromarray(np.full((8, 8), 0x8034, np.uint16)), "png"), GREY)
    assert deep.deep
    assert (deep.x == 0x80).all()
    clear = read_picture(encoded(Image.new("RGBA", (8, 8), (200, 0, 0, 0)), "png"), COLOUR)
    assert clear.transparent
    assert (clear.x == 255).all()
    half = read_picture(encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 128)), "webp", lossless=True), COLOUR)
    assert np.abs(half.x.astype(int) - 127).max() <= 1
    red = Image.new("RGB", (8, 8), (255, 0, 0))
    for image, kind in ((red.convert("P"), "png"), (red.convert("CMYK"), "jpeg"), (red, "bmp")):
        x = read_picture(encoded(image, kind), COLOUR).x
        assert np.abs(x[:, 4, 4].astype(int) - (255, 0, 0)).max() <= 3
    assert (read_picture(encoded(Image.new("1", (8, 8), 1), "png"), GREY).x == 255).all()


def test_crop_takes_the_middle_and_fit_keeps_all():
    wide = np.zeros((8, 16), np.uint8)
    wide[:, 4:12] = 255
    packed_png = encoded(Image.fromarray(wide), "png")
    assert (read_picture(packed_png, GREY).x == 255).all()
    whole = read_picture(packed_png, Look(8, colour=False, crop=False, background=255)).x[0]
    assert (whole[:2] == 255).all()
    assert (whole[2:6, 0] == 0).all()
    assert (whole[2:6, 3:5] == 255).all()


def test_pictures_too_large_to_decode_are_refused_before():
    import zlib

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 0, 0, 0, 0))
    bomb += chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    with pytest.raises(Unreadable, match="more than 16 million pixels"):
        read_picture(bomb, GREY)


def test_a_zip_is_read_as_a_folder_and_a_bomb_within_is_left_out(tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(packed())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", bytes(40_000_000))
    data = images(path, side=8)
    assert len(data.train) + len(data.valid) + len(data.test) == 62
    assert data.content.left_out == ("bomb.png: it has more than 32 MB",)


def test_arrays_are_the_same_images_as_files(tmp_path):
    x = np.stack([pixels(12, 12, seed) for seed in range(70)])
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "x.npz", images=x, label=np.arange(70) % 3)
    (tmp_path / "x.idx").write_bytes(idx(x))
    (tmp_path / "x").mkdir()
    for number, image in enumerate(x):
        (tmp_path / "x" / f"{number:03}.png").write_bytes(encoded(Image.fromarray(image), "png"))
    found = [images(tmp_path / name, side=12, colour="colour") for name in ("x.npy", "x.npz", "x.idx", "x")]
    for data in found[1:]:
        np.testing.assert_array_equal(data.train.x, found[0].train.x)
    np.testing.assert_array_equal(np.sort(found[0].content.x, axis=0), np.sort(x.transpose(0, 3, 1, 2), axis=0))
    assert found[1].classes == ("0", "1", "2")
    np.save(tmp_path / "first.npy", x.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(images(tmp_path / "first.npy", side=12, colour="colour").train.x, found[0].train.x)


def test_an_idx_file_takes_its_classes_from_the_file_beside_it(tmp_path):
    x = np.stack([pixels(8, 8, seed)[..., 0] for seed in range(70)])
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(x))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx((np.arange(70) % 2).astype(np.uint8)))
    data = images(tmp_path / "train-images-idx3-ubyte", side=8)
    assert data.classes == ("0", "1")
    assert "classes from train-labels-idx1-ubyte" in data.content.notes


X = np.random.default_rng(0).random((70, 8, 8))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (X * 255, "outside of 0 to 1; set range=255"),
        ((X > 0.5).astype(np.uint8), "set range=1 if 1 is white, range=255 if 255 is"),
        (X[:, :, :3], "may be one image of 3 channels"),
        (X[:, :3, :, None].repeat(3, 3), "channels are not evident"),
        (X[0], r"images are of shape \(n, h, w\)"),
        (np.where(X > 0.99, np.nan, X), "not finite"),
        (X[:20], "has 20 images; at least 60 are needed"),
        (np.full((70, 8, 8), 7, np.uint8), "are the same"),
    ],
)
def test_arrays_of_which_it_is_not_evident_what_they_are_are_refused(array, message, tmp_path):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(DataError, match=message):
        images(tmp_path / "x.npy")


def test_the_stated_range_is_taken(tmp_path):
    np.save(tmp_path / "x.npy", X * 255)
    np.save(tmp_path / "y.npy", 2 * X - 1)
    first, second = (images(tmp_path / name, side=8, range=r) for name, r in (("x.npy", "255"), ("y.npy", "signed")))
    assert np.abs(first.train.x.astype(int) - second.train.x).max() <= 1
    assert np.abs(np.sort(first.content.x.ravel() / 255) - np.sort(X.ravel())).max() < 0.003
    buffer = io.BytesIO()
    np.savez(buffer, a=X, b=X)
    (tmp_path / "two.npz").write_bytes(buffer.getvalue())
    with pytest.raises(DataError, match=r"several arrays of images, a \(70, 8, 8\), b .* choose one with array="):
        images(tmp_path / "two.npz")


def test_a_progressive_jpeg_that_needs_much_memory_is_refused_before_it_is_decoded():
    """One that is not progressive is decoded at a fraction of its size."""

    def large(progressive: bool) -> bytes:
        content = bytearray(encoded(Image.fromarray(pixels(64, 64)), "jpeg", progressive=progressive))
        at = content.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
        content[at : at + 4] = struct.pack(">HH", 6000, 8000)
        return bytes(content)

    assert read_picture(large(False), GREY).size == (8000, 6000)
    with pytest.raises(Unreadable, match="progressive JPEG of 8,000 × 6,000 px"):
        read_picture(large(True), GREY)


def test_an_archive_that_unpacks_to_too_much_is_refused_before_anything_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.png", bytes(8_000_000))
        archive.filelist += archive.filelist * 125  # one packed content under many entries of the list of files
    with pytest.raises(DataError, match="unpacks to more than 1,000 MB"):
        images(tmp_path / "x.zip")


def test_a_damaged_file_of_an_archive_packed_with_lzma_is_left_out(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for number in range(62):
            archive.writestr(f"{number}.bmp", encoded(Image.fromarray(pixels(8, 8, number)), "bmp"))
    content = bytearray(path.read_bytes())
    start = 30 + len("0.bmp") + 9  # local header, name, and the properties of LZMA
    content[start : start + 40] = bytes(range(100, 140))
    path.write_bytes(content)
    assert images(path, side=8).content.left_out == ("0.bmp: it cannot be unpacked: it is damaged or encrypted",)
