//! The one table of who may do what.
//!
//! A route names its action twice, in [`Allowed`](super::caller::Allowed) and in the `security` of its description;
//! both are the same unit struct, made here.

use crate::domain::role::Role::{self, Admin, Author, Editor, Reader};

/// Something that not everybody may do.
pub trait Action: 'static {
    /// Its name, as the API's document and a refusal give it.
    const NAME: &'static str;

    /// Whether a user of this role may do it.
    fn allows(role: Role) -> bool;
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The action's name.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub description: &'static str,
    /// Who may do it.
    pub roles: &'static [Role],
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $name:ident: $($role:ident)+;)*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Action for $name {
                const NAME: &'static str = stringify!($name);

                fn allows(role: Role) -> bool {
                    matches!(role, $($role)|+)
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(Self::NAME)
                }
            }
        )*

        /// Every action, and who may do it.
        pub const TABLE: &[Permission] = &[$(Permission { name: stringify!($name), description: concat!($($doc),+), roles: &[$($role),+] }),*];
    };
}

actions! {
    /// See what is not published yet (an author: their own).
    PreviewContent: Admin Editor Author Reader;
    /// Create articles and change them (an author: their own, until it is published).
    WriteArticles: Admin Editor Author;
    /// Publish articles, take them back, delete them, and pick what is related to them.
    PublishArticles: Admin Editor;
    /// Create, change and delete sections, tags, authors and sources.
    ManageStructure: Admin Editor;
    /// Create, change and delete images and files.
    ManageMedia: Admin Editor Author;
    /// Create, change and delete pages, menus and collections.
    ManagePresentation: Admin Editor;
    /// Change the site's title, languages and contact.
    ManageSite: Admin;
    /// Create, change and delete users.
    ManageUsers: Admin;
    /// See, create, change and delete partners, their licences and keys, and see what these are used for.
    ManagePartners: Admin;
    /// See, create, change and delete webhooks of the publication and of partners, and send their messages again.
    ManageWebhooks: Admin;
    /// Read who did what, when, to what.
    ReadAudit: Admin;
    /// See and change one's own account.
    ManageOwnAccount: Admin Editor Author Reader;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_who_may_do_what() {
        let table: Vec<_> = TABLE.iter().map(|row| (row.name, row.roles)).collect();
        assert_eq!(
            table,
            [
                ("PreviewContent", &[Admin, Editor, Author, Reader][..]),
                ("WriteArticles", &[Admin, Editor, Author]),
                ("PublishArticles", &[Admin, Editor]),
                ("ManageStructure", &[Admin, Editor]),
                ("ManageMedia", &[Admin, Editor, Author]),
                ("ManagePresentation", &[Admin, Editor]),
                ("ManageSite", &[Admin]),
                ("ManageUsers", &[Admin]),
                ("ManagePartners", &[Admin]),
                ("ManageWebhooks", &[Admin]),
                ("ReadAudit", &[Admin]),
                ("ManageOwnAccount", &[Admin, Editor, Author, Reader]),
            ]
        );
    }

    #[test]
    fn an_action_answers_as_its_row_does() {
        fn agrees<A: Action>() -> bool {
            TABLE.iter().any(|row| row.name == A::NAME && Role::ALL.iter().all(|role| row.roles.contains(role) == A::allows(*role)))
        }
        assert!(agrees::<PreviewContent>() && agrees::<WriteArticles>() && agrees::<ManageSite>() && agrees::<ManageUsers>());
        assert_eq!(WriteArticles.to_string(), "WriteArticles");
    }

    #[test]
    fn an_admin_may_do_everything() {
        assert!(TABLE.iter().all(|row| row.roles.contains(&Admin)));
    }

    #[test]
    fn every_action_is_described() {
        assert!(TABLE.iter().all(|row| row.description.trim().ends_with('.')));
    }
}
