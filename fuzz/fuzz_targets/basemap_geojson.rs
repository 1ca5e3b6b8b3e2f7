#![no_main]

antesala_fuzz::fuzzer!("basemap_geojson");
