"""The page of PixelCNN in the window."""

from __future__ import annotations

from explorer.ui.page.editors.pixel_bar import PixelBar


def test_one_card_in_sight_has_the_boxes_of_the_pixel(open_window) -> None:
    driver = open_window(page="pixel-cnn")
    driver.until(lambda: driver.page.shown.source is not None)
    places = {"Conditionals": ["nats"], "What it sees": ["influence"], "Train": ["nats"], "Trade-off": []}
    for scene, expected in places.items():
        driver.page.scenes.choose(scene)
        driver.qtbot.wait(1)
        driver.until(lambda: bool(driver.page.board.scene.in_sight()))
        bars = [bar for bar in driver.page.findChildren(PixelBar) if bar.isVisible()]
        cards = driver.page.board.views.items()
        assert [name for name, card in cards for bar in bars if card.isAncestorOf(bar)] == expected, scene
