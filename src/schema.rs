// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "article_kind"))]
    pub struct ArticleKind;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "article_status"))]
    pub struct ArticleStatus;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "author_kind"))]
    pub struct AuthorKind;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "byline_role"))]
    pub struct BylineRole;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "change_action"))]
    pub struct ChangeAction;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "delivery_status"))]
    pub struct DeliveryStatus;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "licence_extent"))]
    pub struct LicenceExtent;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "media_kind"))]
    pub struct MediaKind;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "resource_kind"))]
    pub struct ResourceKind;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "source_kind"))]
    pub struct SourceKind;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "source_rights"))]
    pub struct SourceRights;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsvector", schema = "pg_catalog"))]
    pub struct Tsvector;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "user_role"))]
    pub struct UserRole;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "webhook_event"))]
    pub struct WebhookEvent;

    #[derive(diesel::query_builder::QueryId, Debug, Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "webhook_signature"))]
    pub struct WebhookSignature;
}

diesel::table! {
    api_keys (id) {
        id -> Uuid,
        partner_id -> Uuid,
        licence_id -> Uuid,
        /// The part of the key that may be shown, by which it is found.
        prefix -> Text,
        /// SHA-256 of the whole key, which has too many random bits to be guessed from it.
        key_hash -> Bytea,
        name -> Text,
        /// In CIDR notation; empty: from anywhere.
        networks -> Array<Nullable<Text>>,
        version -> Int8,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        /// Written at most once a minute.
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// A row for each list that a published article stands in, so that any page of any list is one walk along an index.
    article_listings (list_id, published_at, article_id) {
        /// A section (the article's own and each ancestor of it), a tag, an author or a source.
        list_id -> Uuid,
        published_at -> Timestamptz,
        article_id -> Uuid,
        /// False where the article stands in a descendant of the section only.
        is_direct -> Bool,
    }
}

diesel::table! {
    /// Media inside the body or a gallery, besides the lead.
    article_media (article_id, media_id) {
        article_id -> Uuid,
        media_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    article_revisions (article_id, version) {
        article_id -> Uuid,
        version -> Int8,
        recorded_at -> Timestamptz,
        user_id -> Nullable<Uuid>,
        /// The article as it stood at that version, relations included.
        content -> Jsonb,
    }
}

diesel::table! {
    /// The sections that an article also stands in, besides its primary one.
    article_sections (article_id, section_id) {
        article_id -> Uuid,
        section_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::SourceKind;
    use super::sql_types::SourceRights;

    /// Where a reprint or a translation comes from. An article without a row is our own.
    article_sources (article_id) {
        article_id -> Uuid,
        source_id -> Uuid,
        url -> Nullable<Text>,
        kind -> SourceKind,
        /// Whether it may be passed on to partners.
        rights -> SourceRights,
    }
}

diesel::table! {
    article_tags (article_id, tag_id) {
        article_id -> Uuid,
        tag_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ArticleKind;
    use super::sql_types::ArticleStatus;
    use super::sql_types::Tsvector;

    articles (id) {
        id -> Uuid,
        slug -> Text,
        kind -> ArticleKind,
        language -> Text,
        status -> ArticleStatus,
        title -> Text,
        kicker -> Nullable<Text>,
        standfirst -> Nullable<Text>,
        /// Sanitised HTML.
        body -> Text,
        section_id -> Uuid,
        lead_media_id -> Nullable<Uuid>,
        canonical_url -> Nullable<Text>,
        seo_title -> Nullable<Text>,
        seo_description -> Nullable<Text>,
        is_breaking -> Bool,
        is_featured -> Bool,
        is_sponsored -> Bool,
        /// Shared by an article and its translations.
        translation_group_id -> Nullable<Uuid>,
        word_count -> Int4,
        /// When readers may see it, the future included. Null while it is a draft or in review.
        published_at -> Nullable<Timestamptz>,
        first_published_at -> Nullable<Timestamptz>,
        /// The last change that readers should know of, as shown to them.
        updated_at -> Timestamptz,
        /// Since when it is hidden whatever else holds.
        withdrawn_at -> Nullable<Timestamptz>,
        created_by_id -> Nullable<Uuid>,
        /// Counts every change of the row: what If-Match compares.
        version -> Int8,
        /// Stems of title, kicker and standfirst: what related lists compare.
        headline_terms -> Array<Nullable<Text>>,
        /// Stems with their places: of the title (A), kicker and standfirst (B), body (C). Found by trigger where a write does not give them.
        search -> Tsvector,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ResourceKind;

    /// Who did what, when, to what.
    audit (id) {
        id -> Int8,
        occurred_at -> Timestamptz,
        /// Null for the command line. No foreign key: the entry outlives the user.
        user_id -> Nullable<Uuid>,
        action -> Text,
        resource -> ResourceKind,
        resource_id -> Nullable<Uuid>,
        details -> Jsonb,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::AuthorKind;

    authors (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        kind -> AuthorKind,
        job_title -> Nullable<Text>,
        bio -> Nullable<Text>,
        portrait_id -> Nullable<Uuid>,
        /// Profiles elsewhere: [{name, url}].
        links -> Jsonb,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::BylineRole;

    bylines (article_id, author_id) {
        article_id -> Uuid,
        author_id -> Uuid,
        role -> BylineRole,
        position -> Int4,
    }
}

diesel::table! {
    /// How far the change log was cut off: who has not read that far must start again.
    change_log_floor (id) {
        id -> Int2,
        /// The latest transaction of which an entry was removed; 0 while all are kept.
        transaction_id -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ResourceKind;
    use super::sql_types::ChangeAction;

    /// Append-only: what every write did, written in its own transaction.
    changes (id) {
        id -> Int8,
        /// Who reads in order must not pass a transaction that is still running: numbers are taken before they commit.
        transaction_id -> Int8,
        occurred_at -> Timestamptz,
        resource -> ResourceKind,
        resource_id -> Uuid,
        action -> ChangeAction,
        reason -> Nullable<Text>,
        /// What a reader of the log needs when the resource is gone: slug, sections and tags before and after.
        details -> Jsonb,
    }
}

diesel::table! {
    collection_items (collection_id, position) {
        collection_id -> Uuid,
        position -> Int4,
        article_id -> Uuid,
    }
}

diesel::table! {
    collections (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        description -> Nullable<Text>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    corrections (id) {
        id -> Uuid,
        article_id -> Uuid,
        corrected_at -> Timestamptz,
        text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ResourceKind;

    /// What an import made of each item, so that a second run knows it again.
    imported_items (origin, external_id) {
        origin -> Text,
        external_id -> Text,
        resource -> ResourceKind,
        resource_id -> Uuid,
        /// SHA-256 of the item as it was imported: equal means that nothing is to be done.
        content_hash -> Bytea,
    }
}

diesel::table! {
    /// How often a key was used, by day (UTC), endpoint and article; the nil id stands for requests that are about no single article.
    key_usage (key_id, day, operation, article_id) {
        key_id -> Uuid,
        day -> Date,
        operation -> Text,
        article_id -> Uuid,
        requests -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ResourceKind;

    /// Paths of imported content on the site that it came from, decoded, without a trailing slash.
    legacy_paths (path) {
        path -> Text,
        resource -> ResourceKind,
        resource_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ArticleKind;
    use super::sql_types::LicenceExtent;

    /// What a key may read. A null list narrows nothing, an empty one leaves nothing.
    licences (id) {
        id -> Uuid,
        partner_id -> Uuid,
        name -> Text,
        /// These sections with all below them. No foreign keys: ids are never given twice, so what is gone opens nothing.
        section_ids -> Nullable<Array<Nullable<Uuid>>>,
        kinds -> Nullable<Array<Nullable<ArticleKind>>>,
        /// BCP 47 in lower case; a language alone covers its regions.
        languages -> Nullable<Array<Nullable<Text>>>,
        /// The publication's own work, and what comes from these outlets. What an outlet does not let on is never included.
        source_ids -> Nullable<Array<Nullable<Uuid>>>,
        extent -> LicenceExtent,
        has_pictures -> Bool,
        /// How much later than readers the partner sees an article.
        embargo_minutes -> Int4,
        /// How much earlier than readers the partner sees a scheduled article.
        advance_minutes -> Int4,
        requests_per_minute -> Int4,
        requests_per_day -> Int4,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// How many articles stand on each list: kept by trigger, so that nobody counts.
    listing_counts (list_id) {
        list_id -> Uuid,
        articles -> Int8,
    }
}

diesel::table! {
    /// Attempts to log in in the current window, by account, by address and by both: shared by every server. A row that counts 0 marks an address from which an account has logged in.
    login_failures (subject) {
        /// SHA-256 of what is counted, so that no address or e-mail is kept.
        subject -> Text,
        failures -> Int4,
        window_ends_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::MediaKind;

    media (id) {
        id -> Uuid,
        kind -> MediaKind,
        url -> Text,
        alt -> Text,
        caption -> Nullable<Text>,
        credit -> Nullable<Text>,
        mime_type -> Nullable<Text>,
        size_bytes -> Nullable<Int8>,
        width -> Nullable<Int4>,
        height -> Nullable<Int4>,
        /// What must stay in view when cropped: 0 is the left edge, 1 the right.
        focal_x -> Nullable<Float8>,
        focal_y -> Nullable<Float8>,
        /// The same picture in other sizes: [{name, url, width, height}].
        renditions -> Jsonb,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// A link of a menu; one without a target is a heading over its children.
    menu_items (id) {
        id -> Uuid,
        menu_id -> Uuid,
        parent_id -> Nullable<Uuid>,
        position -> Int4,
        label -> Text,
        url -> Nullable<Text>,
        section_id -> Nullable<Uuid>,
        page_id -> Nullable<Uuid>,
        article_id -> Nullable<Uuid>,
        tag_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    menus (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    pages (id) {
        id -> Uuid,
        slug -> Text,
        language -> Text,
        title -> Text,
        body -> Text,
        seo_title -> Nullable<Text>,
        seo_description -> Nullable<Text>,
        /// Since when readers may see it; null while it is a draft.
        published_at -> Nullable<Timestamptz>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Companies that take content by API keys.
    partners (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        contact_email -> Nullable<Text>,
        notes -> Nullable<Text>,
        /// Its keys open nothing for the time being.
        is_suspended -> Bool,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// How many articles have their date in each month (UTC), the scheduled included: kept by trigger, so that nobody counts.
    published_months (month) {
        month -> Date,
        articles -> Int8,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Uuid,
        /// All tokens that descend from one login; a replay ends them together (RFC 9700).
        family_id -> Uuid,
        user_id -> Uuid,
        /// SHA-256 of the opaque token, which itself is never stored.
        token_hash -> Bytea,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        /// When it was exchanged for its successor. A second use is a replay.
        used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What an editor picked by hand to stand first in the related list.
    related_picks (article_id, related_id) {
        article_id -> Uuid,
        related_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    /// What a key or an address has used of its limits in the present window. A row a limit, used again window after window.
    request_quotas (subject, span_seconds) {
        subject -> Text,
        span_seconds -> Int4,
        starts_at -> Timestamptz,
        used -> Int8,
    }
}

diesel::table! {
    sections (id) {
        id -> Uuid,
        parent_id -> Nullable<Uuid>,
        slug -> Text,
        /// The slugs from the root down to this one, joined by slashes: news/energy.
        path -> Text,
        /// From the root down, this section itself last.
        ancestor_ids -> Array<Nullable<Uuid>>,
        name -> Text,
        description -> Nullable<Text>,
        /// Order among siblings; equal positions are ordered by name.
        position -> Int4,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Ed25519 keys of access tokens. The newest signs, once all servers know it; all that have not retired verify.
    signing_keys (id) {
        /// The kid of the JOSE header.
        id -> Text,
        /// PKCS #8, DER.
        private_key -> Bytea,
        created_at -> Timestamptz,
        retires_at -> Timestamptz,
    }
}

diesel::table! {
    site (id) {
        id -> Int2,
        title -> Text,
        tagline -> Nullable<Text>,
        description -> Nullable<Text>,
        /// Where readers find the publication, without a trailing slash: the base of every canonical URL.
        url -> Text,
        default_language -> Text,
        languages -> Array<Nullable<Text>>,
        contact_email -> Nullable<Text>,
        logo_id -> Nullable<Uuid>,
        social_links -> Jsonb,
        version -> Int8,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ResourceKind;

    /// Slugs (of sections: paths) that were given up; each answers 301 for ever, unless somebody has it now.
    slug_history (resource, slug) {
        resource -> ResourceKind,
        slug -> Text,
        resource_id -> Uuid,
        replaced_at -> Timestamptz,
    }
}

diesel::table! {
    /// The outlets that reprints and translations come from.
    sources (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        url -> Nullable<Text>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    tags (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        description -> Nullable<Text>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::UserRole;

    users (id) {
        id -> Uuid,
        /// In lower case: what a person logs in with.
        email -> Text,
        name -> Text,
        role -> UserRole,
        /// argon2id, in PHC string format.
        password_hash -> Text,
        is_disabled -> Bool,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// What an article was before the transaction that is writing it, until the outbox takes it from here.
    webhook_before (article_id, transaction_id) {
        article_id -> Uuid,
        transaction_id -> Int8,
        facts -> Jsonb,
        captured_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ChangeAction;

    /// The outbox: what became of articles while there was any endpoint, written by trigger in the transaction of the change.
    webhook_changes (id) {
        id -> Int8,
        article_id -> Uuid,
        action -> ChangeAction,
        slug -> Nullable<Text>,
        reason -> Nullable<Text>,
        changed_at -> Timestamptz,
        /// What decided who saw the article before. Null or empty: nobody did.
        before -> Nullable<Jsonb>,
        /// Whether it was made into deliveries. It is kept for a while, so that it can be replayed.
        is_told -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::WebhookEvent;
    use super::sql_types::DeliveryStatus;

    /// What endpoints are told, one row a message, with what came of the last attempt.
    webhook_deliveries (id) {
        /// The webhook-id header: the same at every attempt.
        id -> Uuid,
        webhook_id -> Uuid,
        /// The order in which an ordered endpoint is told.
        sequence -> Int8,
        event -> WebhookEvent,
        article_id -> Nullable<Uuid>,
        slug -> Nullable<Text>,
        reason -> Nullable<Text>,
        occurred_at -> Timestamptz,
        /// Set where no write caused it, but the article's time: a second sweep finds it here.
        due_at -> Nullable<Timestamptz>,
        status -> DeliveryStatus,
        attempts -> Int4,
        next_attempt_at -> Timestamptz,
        /// A server is sending it. When this is past, that server is taken for dead and another sends it again.
        claimed_until -> Nullable<Timestamptz>,
        attempted_at -> Nullable<Timestamptz>,
        duration_ms -> Nullable<Int4>,
        request_body -> Nullable<Text>,
        response_status -> Nullable<Int4>,
        response_body -> Nullable<Text>,
        error -> Nullable<Text>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Up to when articles whose time came without a write were announced. Whoever has locked its row makes deliveries; the others do not wait.
    webhook_sweep (id) {
        id -> Int2,
        swept_until -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::WebhookEvent;
    use super::sql_types::WebhookSignature;

    /// Addresses that are told when articles change. Without a partner: the publication's own.
    webhooks (id) {
        id -> Uuid,
        partner_id -> Nullable<Uuid>,
        /// What a partner's endpoint may learn of.
        licence_id -> Nullable<Uuid>,
        url -> Text,
        description -> Nullable<Text>,
        /// What it is told of. Null: everything.
        events -> Nullable<Array<Nullable<WebhookEvent>>>,
        /// These sections with all below them. Null: every section. No foreign keys: ids are never given twice.
        section_ids -> Nullable<Array<Nullable<Uuid>>>,
        signature -> WebhookSignature,
        /// The key that signs, as it is: a hash cannot sign. Never logged, and shown to nobody after it was made.
        secret -> Bytea,
        /// The key before the last rotation, which signs beside the new one for a while.
        former_secret -> Nullable<Bytea>,
        former_secret_until -> Nullable<Timestamptz>,
        /// One delivery at a time, each after the one before it was accepted or given up.
        is_ordered -> Bool,
        is_enabled -> Bool,
        /// Why the server stopped delivering. Null where an admin did.
        disabled_reason -> Nullable<Text>,
        /// When the first of the failures began that no success has followed.
        failing_since -> Nullable<Timestamptz>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::joinable!(api_keys -> licences (licence_id));
diesel::joinable!(api_keys -> partners (partner_id));
diesel::joinable!(article_listings -> articles (article_id));
diesel::joinable!(article_media -> articles (article_id));
diesel::joinable!(article_media -> media (media_id));
diesel::joinable!(article_revisions -> articles (article_id));
diesel::joinable!(article_revisions -> users (user_id));
diesel::joinable!(article_sections -> articles (article_id));
diesel::joinable!(article_sections -> sections (section_id));
diesel::joinable!(article_sources -> articles (article_id));
diesel::joinable!(article_sources -> sources (source_id));
diesel::joinable!(article_tags -> articles (article_id));
diesel::joinable!(article_tags -> tags (tag_id));
diesel::joinable!(articles -> media (lead_media_id));
diesel::joinable!(articles -> sections (section_id));
diesel::joinable!(articles -> users (created_by_id));
diesel::joinable!(authors -> media (portrait_id));
diesel::joinable!(bylines -> articles (article_id));
diesel::joinable!(bylines -> authors (author_id));
diesel::joinable!(collection_items -> articles (article_id));
diesel::joinable!(collection_items -> collections (collection_id));
diesel::joinable!(corrections -> articles (article_id));
diesel::joinable!(key_usage -> api_keys (key_id));
diesel::joinable!(licences -> partners (partner_id));
diesel::joinable!(menu_items -> articles (article_id));
diesel::joinable!(menu_items -> menus (menu_id));
diesel::joinable!(menu_items -> pages (page_id));
diesel::joinable!(menu_items -> sections (section_id));
diesel::joinable!(menu_items -> tags (tag_id));
diesel::joinable!(refresh_tokens -> users (user_id));
diesel::joinable!(site -> media (logo_id));
diesel::joinable!(webhook_deliveries -> webhooks (webhook_id));
diesel::joinable!(webhooks -> licences (licence_id));
diesel::joinable!(webhooks -> partners (partner_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    article_listings,
    article_media,
    article_revisions,
    article_sections,
    article_sources,
    article_tags,
    articles,
    audit,
    authors,
    bylines,
    change_log_floor,
    changes,
    collection_items,
    collections,
    corrections,
    imported_items,
    key_usage,
    legacy_paths,
    licences,
    listing_counts,
    login_failures,
    media,
    menu_items,
    menus,
    pages,
    partners,
    published_months,
    refresh_tokens,
    related_picks,
    request_quotas,
    sections,
    signing_keys,
    site,
    slug_history,
    sources,
    tags,
    users,
    webhook_before,
    webhook_changes,
    webhook_deliveries,
    webhook_sweep,
    webhooks,
);
