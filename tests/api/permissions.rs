//! Every operation × every role: what the document says is what the server does.

use broadsheet::{access::permission::TABLE, domain::role::Role};
use serde_json::Value;

use crate::harness::{Client, DOCUMENT, TestApp};

/// The operations that everybody may call although they are no reads: they are how one gets a token.
const OPEN_WRITES: [&str; 3] = ["/v1/auth/login", "/v1/auth/refresh", "/v1/auth/logout"];

struct Operation {
    method: String,
    path: String,
    /// The permission that its `security` names.
    permission: Option<String>,
    /// Whether it is a partner's own, for whom a key is enough and nothing else will do.
    wants_key: bool,
}

/// All operations of the document, with addresses that can be called.
fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let scopes = operation["security"].as_array().into_iter().flatten().filter_map(|one| one["token"].as_array()).flatten();
            let permission = scopes.filter_map(Value::as_str).map(str::to_owned).next();
            let ways = operation["security"].as_array().into_iter().flatten();
            let wants_key = ways.clone().all(|way| way.get("key").is_some()) && ways.count() > 0;
            // Of a stream, which never ends, the head is enough.
            let is_stream = !operation["responses"]["200"]["content"]["text/event-stream"].is_null();
            let method = if is_stream { "HEAD".to_owned() } else { method.to_uppercase() };
            all.push(Operation { method, path: filled(path), permission, wants_key });
        }
    }
    all
}

/// Each variable replaced by an id that nothing has.
fn filled(path: &str) -> String {
    let mut parts = path.split('{');
    let mut address = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        address.push_str("00000000-0000-7000-8000-000000000000");
        address.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    address
}

async fn refusal(client: &Client, operation: &Operation) -> Option<(u16, String)> {
    // Without a body and without If-Match: who may not do it must hear that before anything else.
    let answer = client.send(&operation.method, &operation.path, &[], None).await;
    assert!(answer.status < 500, "{} {}: {:#}", operation.method, operation.path, answer.body);
    let detail = answer.body["detail"].as_str().unwrap_or_default().to_owned();
    (matches!(answer.status, 401 | 403) && answer.kind() != "invalid-token").then_some((answer.status, detail))
}

#[actix_web::test]
async fn every_operation_is_open_to_whom_the_table_says_and_to_nobody_else() {
    let app = TestApp::start().await;
    let operations = operations(&DOCUMENT);
    assert!(operations.len() > 8, "the document is empty");
    let mut clients = Vec::new();
    for role in Role::ALL {
        clients.push((role, app.signed_in(&format!("{role:?}").to_lowercase(), role).await));
    }
    for operation in operations {
        let name = format!("{} {}", operation.method, operation.path);
        let Some(permission) = &operation.permission else {
            if operation.wants_key {
                assert_eq!(refusal(&app.anyone(), &operation).await.map(|(status, _)| status), Some(401), "{name}, as nobody");
                continue;
            }
            assert!(
                matches!(operation.method.as_str(), "GET" | "HEAD") || OPEN_WRITES.contains(&operation.path.as_str()),
                "{name} writes, and asks for no permission"
            );
            assert_eq!(refusal(&app.anyone(), &operation).await, None, "{name}");
            continue;
        };
        let row = TABLE.iter().find(|row| row.name == permission).unwrap_or_else(|| panic!("{name}: the table has no {permission}"));
        assert_eq!(refusal(&app.anyone(), &operation).await.map(|(status, _)| status), Some(401), "{name}, as nobody");
        for (role, client) in &clients {
            match refusal(client, &operation).await {
                None => assert!(row.roles.contains(role), "{name} lets a {role:?} in"),
                Some((status, detail)) => {
                    assert!(!row.roles.contains(role), "{name} keeps a {role:?} out: {status} {detail}");
                    assert_eq!(status, 403, "{name}, as {role:?}");
                    assert!(detail.contains(&format!("`{permission}`")), "{name}: {detail}");
                }
            }
        }
    }
}

#[test]
fn every_variable_is_filled() {
    assert_eq!(filled("/v1/a/{b}/c/{d}"), "/v1/a/00000000-0000-7000-8000-000000000000/c/00000000-0000-7000-8000-000000000000");
    assert_eq!(filled("/v1/a"), "/v1/a");
}
