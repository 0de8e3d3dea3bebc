//! The reference client: its copy is right though every other answer is cut off.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use actix_web::rt::task::spawn_blocking;
use serde_json::json;

use crate::{changes::all, harness::TestApp};

#[path = "../../examples/mirror.rs"]
mod client;

use client::Mirror;

/// Stands between, and cuts connections off after some bytes of the answer: another number each time. Gives its address, and how
/// many it has cut off.
fn bad_network(to: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let cut = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&cut);
    thread::spawn(move || {
        for (number, client) in listener.incoming().enumerate() {
            let (mut client, to, cut) = (client.unwrap(), to.clone(), Arc::clone(&counted));
            thread::spawn(move || {
                let mut server = TcpStream::connect(to).unwrap();
                let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || {
                    let _ = std::io::copy(&mut from_client, &mut to_server);
                });
                // Three of four are cut, somewhere from the head to the body.
                let mut left = if number % 4 == 3 { usize::MAX } else { number * 7919 % 1500 };
                let mut buffer = [0; 1024];
                while let Ok(count @ 1..) = server.read(&mut buffer) {
                    let count = count.min(left);
                    if client.write_all(&buffer[..count]).is_err() {
                        break;
                    }
                    left -= count;
                    if left == 0 {
                        cut.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                }
                let _ = client.shutdown(std::net::Shutdown::Both);
                let _ = server.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    (address, cut)
}

#[actix_web::test]
async fn a_copy_is_right_though_the_network_is_not() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let mut made = Vec::new();
    for _ in 0..12 {
        made.push(make.article().published().await);
    }
    let (address, cut) = bad_network(anyone.address().trim_start_matches("http://").to_owned());
    let folder = std::env::temp_dir().join(format!("broadsheet-mirror-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("copy.sqlite");

    for round in 0..6 {
        match round {
            1 => drop(editor.patch(made[0].address(), "*", json!({"title": "Changed"})).await.expect(200)),
            2 => drop(editor.post(&made[1].path("unpublish"), json!({"reason": "Wrong"})).await.expect(200)),
            3 => drop(editor.delete(made[2].address(), "*").await.expect(204)),
            4 => drop(make.article().published().await),
            // Everything has to come anew, and what went meanwhile has to go without being named.
            5 => {
                editor.delete(made[3].address(), "*").await.expect(204);
                app.sql("UPDATE change_log_floor SET transaction_id = (SELECT max(transaction_id) FROM changes)");
            }
            _ => {}
        }
        let (file, address) = (file.clone(), address.clone());
        // Opened anew each time, as a program that was killed would.
        let (slugs, first) = spawn_blocking(move || {
            let mut mirror = Mirror::open(&file, &address, None).unwrap();
            mirror.catch_up(50).unwrap();
            let slugs = mirror.slugs().unwrap();
            let first = mirror.article(&slugs[0]).unwrap().unwrap();
            (slugs, first)
        })
        .await
        .unwrap();
        let expected = all(&anyone, "include=body").await;
        let mut wanted: Vec<&str> = expected.values().map(|article| article["slug"].as_str().unwrap()).collect();
        wanted.sort_unstable();
        assert_eq!(slugs, wanted, "round {round}");
        assert_eq!(first, expected[first["id"].as_str().unwrap()], "round {round}");
    }
    assert!(cut.load(Ordering::Relaxed) > 3, "the network was too good: {cut:?}");
    std::fs::remove_dir_all(folder).unwrap();
}
