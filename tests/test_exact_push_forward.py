"""Densities by push-forward against closed forms: affine maps, folds, and images smaller than a cell."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from models.exact.push_forward import Mesh, Raster, gaussian_mesh, push_masses, triangles, uniform_mesh
from models.views.planar import square_of

A, B = np.array([[1.0, 0.3], [-0.2, 0.5]]), np.array([0.1, 0.2])


def density(image: np.ndarray, mesh: Mesh, raster: Raster) -> np.ndarray:
    return push_masses(image, mesh.mass, raster) / raster.cell


@pytest.mark.parametrize("n", [2, 16, 90])
def test_an_affine_map_of_uniform_noise_has_exactly_one_quarter_over_its_determinant(n):
    mesh, raster = uniform_mesh(n), Raster((-2.0, 2.0, -1.5, 1.5), 80, 120)
    q = density(mesh.z @ A.T + B, mesh, raster)
    back = (raster.middles() - B) @ np.linalg.inv(A).T  # (80, 120, 2): z of the middle of each cell
    deep = np.abs(back).max(-1) < 0.9
    assert deep.sum() > 1000
    np.testing.assert_allclose(q[deep], 0.25 / abs(np.linalg.det(A)), rtol=1e-11)
    assert (q[np.abs(back).max(-1) > 1.1] == 0).all()


def test_an_affine_map_of_gaussian_noise_has_the_gaussian_density_and_a_finer_mesh_comes_closer():
    raster = Raster((-4.5, 4.5, -3.0, 3.0), 120, 180)
    exact = stats.multivariate_normal(B, A @ A.T).pdf(raster.middles())
    errors = []
    for n in (32, 128):
        mesh = gaussian_mesh(n)
        errors.append(np.abs(density(mesh.z @ A.T + B, mesh, raster) - exact).max() / exact.max())
    assert errors[1] < 0.003
    assert errors[1] < errors[0] / 4


def test_masses_of_a_gaussian_mesh_are_those_of_its_cells_and_add_up():
    mesh = gaussian_mesh(20, reach=3.0)
    low, high = mesh.z[7, 4], mesh.z[8, 5]
    cell = np.prod(stats.norm.cdf(high) - stats.norm.cdf(low))
    assert mesh.mass[7, 4].sum() == pytest.approx(cell, rel=1e-12)
    assert mesh.mass.sum() == pytest.approx((2 * stats.norm.cdf(3.0) - 1) ** 2, rel=1e-12)
    nearer_the_middle = mesh.mass[2, 2]  # in the lower left quarter that is the upper right triangle
    assert nearer_the_middle[1] > nearer_the_middle[0]


def test_where_the_map_folds_densities_add_up():
    mesh, raster = uniform_mesh(40), Raster((-0.5, 1.5, -1.25, 1.25), 50, 80)
    folded = np.stack([np.abs(mesh.z[..., 0]), mesh.z[..., 1]], axis=-1)
    q = density(folded, mesh, raster)
    x, y = np.moveaxis(raster.middles(), -1, 0)
    inside = (x > 0.05) & (x < 0.95) & (np.abs(y) < 0.9)
    np.testing.assert_allclose(q[inside], 0.5, rtol=1e-11)  # 1/4 from either preimage
    assert (q[x < -0.05] == 0).all()


def test_a_square_of_each_coordinate_has_the_sum_over_its_four_preimages():
    mesh, raster = uniform_mesh(400), Raster((0.0, 1.0, 0.0, 1.0), 20, 20)
    q = push_masses(mesh.z**2, mesh.mass, raster)
    edges = np.sqrt(np.linspace(0.0, 1.0, 21))
    line = np.diff(edges)  # of one coordinate: Σ s(ε)/|f′| = 2 · ½/(2√x), integrated over a cell
    np.testing.assert_allclose(q[1:, 1:], np.outer(line, line)[1:, 1:], rtol=0.01)
    np.testing.assert_allclose(q, np.outer(line, line), rtol=0.03)  # the density is infinite along two sides
    assert q.sum() == pytest.approx(1.0, abs=1e-6)


def test_the_mass_of_an_image_smaller_than_the_lines_are_apart_is_kept():
    mesh, raster = uniform_mesh(30), Raster((-1.0, 1.0, -1.0, 1.0), 50, 50)
    for size in (1e-2, 1e-5, 0.0):
        q = push_masses(size * mesh.z + np.array([0.317, -0.209]), mesh.mass, raster)
        assert q.sum() == pytest.approx(1.0, abs=1e-7)
    assert q[19, 32] == pytest.approx(1.0, abs=1e-7)  # rows from y = −1 by 0.04: the cell that holds the point


def test_mass_off_the_raster_is_left_out():
    mesh = uniform_mesh(10)
    half = push_masses(mesh.z, mesh.mass, Raster((0.0, 2.0, -2.0, 2.0), 40, 20))
    assert half.sum() == pytest.approx(0.5, abs=1e-12)
    assert push_masses(mesh.z + 9.0, mesh.mass, Raster((-1.0, 1.0, -1.0, 1.0), 10, 10)).sum() == 0


def test_triangles_share_the_cells_of_the_mesh():
    corners = triangles(uniform_mesh(3).z).reshape(-1, 3, 2)
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = 0.5 * np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])
    np.testing.assert_allclose(areas, 0.5 * (2 / 3) ** 2)


@pytest.mark.parametrize("place", [(0.0, 0.0), (1e5, -1e5), (0.0, 3.0), (1e-6, 1e-6)])
def test_a_raster_around_points_in_one_place_holds_what_is_mapped_there(place):
    mesh, raster = uniform_mesh(8), Raster(square_of(torch.tensor([place] * 5)), 40, 40)
    found = push_masses(np.broadcast_to(np.array(place), mesh.z.shape), mesh.mass, raster)
    assert found.sum() == pytest.approx(1.0)
    assert found[18:22, 18:22].sum() == pytest.approx(1.0)  # about the middle
