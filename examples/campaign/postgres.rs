//! A throw-away PostgreSQL: the one that the tests use.

#[path = "../../actors/src/store/tests/cluster.rs"]
pub(crate) mod cluster;
