//! All scenarios of the browser suite. Each has a shop and a browser of its own, so they know nothing of each other.

mod journeys;
mod bad_cookies;
mod behind_nginx;
mod in_flight;
mod looks;
mod model_jar;
mod other_sites;
mod raw_fields;
mod refused;
mod report;
mod tabs;
