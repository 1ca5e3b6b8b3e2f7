//! Geography on a page: projection, base map, clipping, and labels that do not cover each other.

pub mod basemap;
pub mod clip;
pub mod labels;
pub mod projection;
