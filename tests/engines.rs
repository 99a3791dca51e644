//! The engines of the kit: they start, do as they are told, and end; so that a test that fails is not theirs to explain.
#![cfg(unix)]

mod kit;

use kit::engines::{Postgres, Redis, RedisCluster};
use std::{io, path::Path};

fn runs(id: u32) -> bool {
    Path::new(&format!("/proc/{id}")).exists()
}

#[test]
fn a_redis_is_paused_killed_and_comes_back_empty() -> io::Result<()> {
    let Some(mut redis) = Redis::start_with_password("pepper") else { return Ok(()) };
    assert_eq!(redis.url(), format!("redis://:pepper@127.0.0.1:{}", redis.port()));
    assert_eq!(redis.ask("SET soup 2")?, "OK");
    redis.pause();
    redis.resume();
    assert_eq!(redis.ask("GET soup")?, "2");
    redis.kill();
    assert!(redis.ask("PING").is_err());
    redis.restart_empty();
    assert_eq!(redis.ask("GET soup")?, "");
    assert!(redis.ask("NONSENSE").unwrap_err().to_string().contains("unknown command"));
    let id = redis.id();
    drop(redis);
    assert!(!runs(id));
    Ok(())
}

#[test]
fn a_cluster_shares_its_slots() -> io::Result<()> {
    let Some(cluster) = RedisCluster::start(3) else { return Ok(()) };
    assert_eq!(cluster.urls().len(), 3);
    let answers: Vec<_> = cluster.nodes.iter().map(|node| node.ask("SET soup 2")).collect();
    assert_eq!(answers.iter().filter(|answer| answer.as_deref().is_ok_and(|it| it == "OK")).count(), 1);
    assert_eq!(answers.iter().filter_map(|answer| answer.as_ref().err()).count(), 2);
    Ok(())
}

#[test]
fn a_postgres_keeps_what_was_committed() -> Result<(), String> {
    let Some(mut postgres) = Postgres::start() else { return Ok(()) };
    postgres.ask("CREATE TABLE dishes (name text); INSERT INTO dishes VALUES ('soup')")?;
    postgres.pause();
    postgres.resume();
    postgres.kill();
    assert!(postgres.ask("SELECT 1").is_err());
    postgres.restart();
    assert_eq!(postgres.ask("SELECT name FROM dishes")?, "soup");
    let id = postgres.id();
    drop(postgres);
    assert!(!runs(id));
    Ok(())
}
