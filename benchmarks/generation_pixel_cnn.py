"""Speed of drawing 28×28 images with a PixelCNN, from cached features and naively."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch import Tensor

from models.autoregressive.pixel_cnn import PixelCNN
from models.protocol import DataSpec, Image

__all__ = ["measure_pixel_cnn"]

_AT_ONCE = (1, 16)


def measure_pixel_cnn(seconds: float, device: torch.device) -> dict[str, Any]:
    """Seconds to draw images with random weights, two gated stacks of 16 channels, a 7×7 layer and six of 3×3.

    Every naive pixel costs the same pass, so that some of the pixels are drawn naively and the time is scaled to 784.

    Args:
        seconds: Of each measurement, at least; drawing from what is kept is always measured on whole images.
        device: Of the model.
    """
    torch.manual_seed(0)
    spec = DataSpec(Image(1, 28, 28, "binary"), 1, levels=2)
    model = PixelCNN(PixelCNN.Config(stack="gated", channels=16, layers=6), spec).to(device).eval()
    result: dict[str, Any] = {}
    for n in _AT_ONCE:
        cached, drawn = _whole_images(model, n, seconds)
        naive, same = _some_pixels(model, n, seconds, drawn)
        result |= {
            f"cached_s_{n}": round(cached, 4),
            f"naive_s_{n}": round(naive, 2),
            f"ratio_{n}": round(naive / cached, 1),
            f"equal_pixels_percent_{n}": round(100 * same, 3),
        }
    return result


def _blank(model: PixelCNN, n: int) -> Tensor:
    return torch.zeros(n, 1, 28, 28, device=model.device)


def _wait(model: PixelCNN) -> None:
    if model.device.type == "cuda":
        torch.cuda.synchronize()


def _whole_images(model: PixelCNN, n: int, seconds: float) -> tuple[float, Tensor]:
    """Seconds to draw n images from cached features, the minimum over several tries, and the images."""
    times: list[float] = []
    while sum(times) < seconds or len(times) < 2:
        x = _blank(model, n)
        since = time.perf_counter()
        for _ in model.drawing(x, torch.zeros_like(x), rng=torch.Generator(model.device).manual_seed(0)):
            pass
        _wait(model)
        times.append(time.perf_counter() - since)
    return min(times), x


def _some_pixels(model: PixelCNN, n: int, seconds: float, drawn: Tensor) -> tuple[float, float]:
    """Seconds to draw n images naively, extrapolated from some pixels, and the share of these that equal `drawn`."""
    x = _blank(model, n)
    pixels = model.drawing(x, torch.zeros_like(x), rng=torch.Generator(model.device).manual_seed(0), naive=True)
    next(pixels)  # the first pass prepares the libraries
    done, since = 1, time.perf_counter()
    while done < 784 and (done == 1 or time.perf_counter() - since < seconds):
        done = next(pixels)
    _wait(model)
    spent = (time.perf_counter() - since) / (done - 1) * 784
    same = x.flatten(1)[:, :done] == drawn.flatten(1)[:, :done]
    return spent, float(same.float().mean())
