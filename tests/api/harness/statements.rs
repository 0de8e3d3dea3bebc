//! How many statements a database was sent.

use std::{
    collections::HashMap,
    sync::{Mutex, Once, PoisonError},
};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

static SENT: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// Counts for every connection that is opened from now on.
pub fn count_from_now_on() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_default_instrumentation(|| Some(Box::new(Counter::default()))).unwrap());
}

/// How many statements this database was sent so far, `BEGIN` and `COMMIT` among them.
pub fn sent_to(database: &str) -> usize {
    let sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
    sent.as_ref().and_then(|sent| sent.get(database)).copied().unwrap_or(0)
}

/// The counter of one connection.
#[derive(Default)]
struct Counter {
    database: String,
}

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                let path = url.split('?').next().unwrap_or_default();
                self.database = path.rsplit('/').next().unwrap_or_default().to_owned();
            }
            // What a connection is told once is no statement of a request's: the pool opens one whenever it likes.
            InstrumentationEvent::StartQuery { query, .. } if !query.to_string().contains("set_config(") => {
                let mut sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
                *sent.get_or_insert_default().entry(self.database.clone()).or_default() += 1;
            }
            _ => {}
        }
    }
}
