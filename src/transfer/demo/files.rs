//! The texts of the publication, compiled into the program. A file is named by its slug.

macro_rules! texts {
    ($folder:literal: $($slug:literal)*) => {
        &[$(($slug, include_str!(concat!($folder, "/", $slug, ".md")))),*]
    };
}

/// The structure: site, sections, tags, authors, media, sources, collections, menus.
pub const PUBLICATION: &str = include_str!("publication.json");

/// Slug and text of each page.
pub const PAGES: &[(&str, &str)] = texts! { "pages":
    "about"
    "contact"
    "corrections"
    "hakkimizda"
    "privacy"
};

/// Slug and text of each article.
pub const ARTICLES: &[(&str, &str)] = texts! { "articles":
    "a-wall-is-not-a-plan"
    "ada-kahvesinde-dort-gun"
    "aske-bridge-what-the-report-says"
    "aske-koprusu-kamyonlara-kapandi"
    "balikcilar-defterlerini-acti"
    "carla-renshaw-interview"
    "council-meets-on-the-flood"
    "customs-house-library-opens"
    "eski-binaya-once-kulak-verilir"
    "eski-rihtim-su-altinda-kaldi"
    "ferry-crews-vote-to-strike"
    "ferry-strike-ends-with-deal"
    "ferry-strike-first-morning"
    "fish-soup-at-the-end-of-the-mole"
    "fishers-ask-for-a-map-they-can-fish-by"
    "gocmeyen-leylekler"
    "gumruk-binasi-kutuphane-oldu"
    "hamsili-pilav"
    "hauliers-count-the-kilometres"
    "hospital-night-clinic-saved"
    "how-the-aske-bridge-was-built"
    "iki-dilde-susmak"
    "kuzey-sigligi-izin-cikti"
    "letters-after-the-storm"
    "liman-ottilie-sonrasi-acildi"
    "little-auk-wins-strait-race"
    "lorries-banned-from-aske-bridge"
    "marsh-end-homes-redrawn"
    "mirjam-tolvane-interview"
    "north-shoal-licence-granted"
    "okullarda-sicak-yemek"
    "ottilie-in-pictures"
    "ottilie-live"
    "ottilie-night-old-quay-flooded"
    "port-reopens-after-ottilie"
    "quay-five-leased-for-blade-assembly"
    "quayside-birinci-ligde"
    "quayside-promoted"
    "review-the-tide-tables"
    "ropewalk-girls-row-to-final"
    "saskia-brenholt-interview"
    "school-meals-for-all"
    "second-crack-found-in-aske-bridge"
    "shipping-lane-moved-north"
    "su-kapisi-neden-durdu"
    "tern-island-counts-its-boats"
    "the-dam-that-nobody-misses"
    "the-gull-is-a-rate-payer-too"
    "the-house-that-weighed-everything"
    "the-shoal-is-not-empty"
    "vapur-grevi-anlasmayla-bitti"
    "what-the-ferry-deal-costs"
    "who-parked-the-crane"
    "why-the-sea-gate-stopped"
    "yedek-pompa-siparis-edildi"
};

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{ARTICLES, PAGES};

    #[test]
    fn every_file_is_listed() {
        for (folder, listed) in [("articles", ARTICLES), ("pages", PAGES)] {
            let folder = format!("{}/src/transfer/demo/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut found: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".md", ""))
                .collect();
            found.sort();
            assert_eq!(found, listed.iter().map(|(slug, _)| (*slug).to_owned()).collect::<Vec<_>>());
        }
    }
}
