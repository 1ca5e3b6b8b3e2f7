//! Lambert's conformal conic projection on a sphere, its parallels chosen from the extent.

/// Degrees of a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Extent {
    /// The smallest extent around (lon, lat) points; `None` without a finite point.
    pub fn around(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Extent> {
        points.into_iter().filter(|(lon, lat)| lon.is_finite() && lat.is_finite()).fold(None, |e, (lon, lat)| {
            Some(match e {
                None => Extent { west: lon, south: lat, east: lon, north: lat },
                Some(e) => Extent {
                    west: e.west.min(lon),
                    south: e.south.min(lat),
                    east: e.east.max(lon),
                    north: e.north.max(lat),
                },
            })
        })
    }
}

/// A projection of (lon, lat) in degrees to a plane with y northwards, in earth radii.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Cone constant; 0 = the cylinder that remains where the cone has no tip.
    n: f64,
    f: f64,
    rho0: f64,
    lon0: f64,
    lat0: f64,
}

/// Cotangent-like term of the conformal latitude.
fn tan_half(lat: f64) -> f64 {
    (std::f64::consts::FRAC_PI_4 + lat.clamp(-1.5, 1.5) / 2.0).tan()
}

impl Projection {
    /// Standard parallels a sixth of the height from the southern and northern edge (the usual
    /// rule), rounded to half degrees; the centre in the middle, rounded to whole degrees.
    pub fn for_extent(extent: Extent) -> Projection {
        let height = extent.north - extent.south;
        let half = |v: f64| (v * 2.0).round() / 2.0;
        let (p1, p2) = (half(extent.south + height / 6.0), half(extent.north - height / 6.0));
        let lon0 = ((extent.west + extent.east) / 2.0).round();
        let lat0 = ((extent.south + extent.north) / 2.0).round();
        Projection::lambert(p1, p2, lon0, lat0)
    }

    /// With standard parallels and centre in degrees.
    pub fn lambert(p1: f64, p2: f64, lon0: f64, lat0: f64) -> Projection {
        let (a, b, lat0) = (p1.to_radians(), p2.to_radians(), lat0.to_radians());
        let n =
            if (a - b).abs() < 1e-9 { a.sin() } else { (a.cos() / b.cos()).ln() / (tan_half(b) / tan_half(a)).ln() };
        if n.abs() < 1e-6 || !n.is_finite() {
            return Projection { n: 0.0, f: lat0.cos().max(0.01), rho0: 0.0, lon0, lat0 };
        }
        let f = a.cos() * tan_half(a).powf(n) / n;
        Projection { n, f, rho0: f / tan_half(lat0).powf(n), lon0, lat0 }
    }

    /// The plane point of a position in degrees.
    pub fn at(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (dlon, lat) = ((lon - self.lon0).to_radians(), lat.to_radians());
        if self.n == 0.0 {
            return (dlon * self.f, lat - self.lat0);
        }
        let rho = self.f / tan_half(lat).powf(self.n);
        let theta = self.n * dlon;
        (rho * theta.sin(), self.rho0 - rho * theta.cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Snyder 1987, p. 295: sphere, parallels 33 and 45, centre 96W 23N, point 75W 35N.
    #[test]
    fn agrees_with_snyder() {
        let (x, y) = Projection::lambert(33.0, 45.0, -96.0, 23.0).at(-75.0, 35.0);
        assert!((x - 0.2966785).abs() < 1e-6 && (y - 0.2462112).abs() < 1e-6, "{x} {y}");
    }

    #[test]
    fn the_equator_is_no_obstacle() {
        let p = Projection::for_extent(Extent { west: -3.0, south: -2.0, east: 3.0, north: 2.0 });
        let (x, y) = p.at(2.0, 1.0);
        assert!(x > 0.0 && y > 0.0 && x.is_finite());
    }

    #[test]
    fn parallels_follow_the_extent() {
        let e = Extent { west: -117.0, south: 14.7, east: -87.0, north: 32.5 };
        assert_eq!(Projection::for_extent(e), Projection::lambert(17.5, 29.5, -102.0, 24.0));
    }
}
