//! The tree that an HTML fragment is read into: an arena, so that neither walking nor dropping it can
//! overflow a stack, and so that a body of a few kilobytes costs some tens of microseconds.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName, ns};

/// A node's place in its [`Dom`].
pub(super) type Id = usize;

/// The root of every tree.
pub(super) const ROOT: Id = 0;

/// What a node is.
#[derive(Debug)]
pub(super) enum Data {
    /// The root, or a node that says nothing to a reader: a comment, a processing instruction.
    Nothing,
    /// An element with its attributes.
    Element(QualName, Vec<Attribute>),
    /// Text, its character references resolved.
    Text(StrTendril),
}

#[derive(Debug)]
struct Node {
    data: Data,
    parent: Option<Id>,
    previous: Option<Id>,
    next: Option<Id>,
    first: Option<Id>,
    last: Option<Id>,
    /// As it was when the node was appended; moving a subtree does not renew it.
    depth: usize,
}

/// A parsed fragment.
#[derive(Debug)]
pub(super) struct Dom {
    nodes: Vec<Node>,
}

impl Dom {
    /// What a node is.
    pub(super) fn data(&self, id: Id) -> &Data {
        &self.nodes[id].data
    }

    /// The name of an HTML element; nothing for text, comments, and elements of SVG and `MathML`.
    pub(super) fn name(&self, id: Id) -> Option<&LocalName> {
        match self.data(id) {
            Data::Element(name, _) if name.ns == ns!(html) => Some(&name.local),
            _ => None,
        }
    }

    /// An attribute's value.
    pub(super) fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        match self.data(id) {
            Data::Element(_, attributes) => {
                attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
            }
            _ => None,
        }
    }

    /// The children in order.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.nodes[id].first, |&child| self.nodes[child].next)
    }

    /// Everything below a node, in document order, without recursion.
    pub(super) fn descendants(&self, top: Id) -> impl Iterator<Item = Id> + '_ {
        let mut at = self.nodes[top].first;
        std::iter::from_fn(move || {
            let here = at?;
            at = self.nodes[here].first.or_else(|| {
                let mut up = here;
                loop {
                    if up == top {
                        return None;
                    }
                    if let Some(next) = self.nodes[up].next {
                        return Some(next);
                    }
                    up = self.nodes[up].parent?;
                }
            });
            Some(here)
        })
    }

    /// Moves whatever lies deeper than `limit` up to that depth, in document order: its text stays, its
    /// tags go. Afterwards a recursive walk needs at most `limit` levels.
    pub(super) fn flatten_below(&mut self, limit: usize) {
        let mut at = self.nodes[ROOT].first;
        let mut depth = 1;
        while let Some(here) = at {
            if depth >= limit && self.nodes[here].first.is_some() {
                // The children take the place after their parent, which stays behind without any.
                let (first, last) = (self.nodes[here].first.take(), self.nodes[here].last.take());
                if let (Some(first), Some(last), Some(parent)) = (first, last, self.nodes[here].parent) {
                    let mut child = Some(first);
                    while let Some(id) = child {
                        self.nodes[id].parent = Some(parent);
                        child = self.nodes[id].next;
                    }
                    let after = self.nodes[here].next;
                    self.nodes[here].next = Some(first);
                    self.nodes[first].previous = Some(here);
                    self.nodes[last].next = after;
                    match after {
                        Some(after) => self.nodes[after].previous = Some(last),
                        None => self.nodes[parent].last = Some(last),
                    }
                }
            }
            if let Some(child) = self.nodes[here].first {
                at = Some(child);
                depth += 1;
                continue;
            }
            let mut up = Some(here);
            at = loop {
                let Some(id) = up else { break None };
                if let Some(next) = self.nodes[id].next {
                    break Some(next);
                }
                up = self.nodes[id].parent.filter(|&parent| parent != ROOT);
                depth -= usize::from(up.is_some());
            };
        }
    }

    fn push(&mut self, data: Data) -> Id {
        self.nodes.push(Node { data, parent: None, previous: None, next: None, first: None, last: None, depth: 0 });
        self.nodes.len() - 1
    }

    /// Takes a node out of the tree, with all below it.
    pub(super) fn detach(&mut self, id: Id) {
        let (parent, previous, next) = {
            let node = &mut self.nodes[id];
            (node.parent.take(), node.previous.take(), node.next.take())
        };
        match previous {
            Some(previous) => self.nodes[previous].next = next,
            None => {
                if let Some(parent) = parent {
                    self.nodes[parent].first = next;
                }
            }
        }
        match next {
            Some(next) => self.nodes[next].previous = previous,
            None => {
                if let Some(parent) = parent {
                    self.nodes[parent].last = previous;
                }
            }
        }
    }

    fn attach(&mut self, id: Id, parent: Id, before: Option<Id>) {
        self.detach(id);
        let previous = match before {
            Some(before) => self.nodes[before].previous,
            None => self.nodes[parent].last,
        };
        let depth = self.nodes[parent].depth + 1;
        let node = &mut self.nodes[id];
        node.parent = Some(parent);
        node.previous = previous;
        node.next = before;
        node.depth = depth;
        match previous {
            Some(previous) => self.nodes[previous].next = Some(id),
            None => self.nodes[parent].first = Some(id),
        }
        match before {
            Some(before) => self.nodes[before].previous = Some(id),
            None => self.nodes[parent].last = Some(id),
        }
    }

    fn insert(&mut self, child: NodeOrText<Id>, parent: Id, before: Option<Id>) {
        let id = match child {
            NodeOrText::AppendNode(id) => id,
            NodeOrText::AppendText(text) => {
                let neighbour = match before {
                    Some(before) => self.nodes[before].previous,
                    None => self.nodes[parent].last,
                };
                if let Some(neighbour) = neighbour
                    && let Data::Text(earlier) = &mut self.nodes[neighbour].data
                {
                    earlier.push_tendril(&text);
                    return;
                }
                self.push(Data::Text(text))
            }
        };
        self.attach(id, parent, before);
    }
}

/// Builds a [`Dom`] from the parser's instructions.
pub(super) struct Builder {
    dom: RefCell<Dom>,
    depth: Cell<usize>,
}

impl Builder {
    /// A builder that holds nothing but the root.
    pub(super) fn new() -> Self {
        let mut dom = Dom { nodes: Vec::with_capacity(128) };
        dom.push(Data::Nothing);
        Self { dom: RefCell::new(dom), depth: Cell::new(0) }
    }

    /// How deep the last insertion was: the depth of the parser's stack, near enough.
    pub(super) fn depth(&self) -> usize {
        self.depth.get()
    }

    /// Tells the builder that an end tag has been seen, until the next insertion says exactly.
    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    fn insert(&self, child: NodeOrText<Id>, parent: Id, before: Option<Id>) {
        let mut dom = self.dom.borrow_mut();
        self.depth.set(dom.nodes[parent].depth + 1);
        dom.insert(child, parent, before);
    }
}

/// An element's name, owned: the arena may grow while the parser looks at it.
#[derive(Debug)]
pub(super) struct Name(QualName);

impl html5ever::interface::ElemName for Name {
    fn ns(&self) -> &html5ever::Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl TreeSink for Builder {
    type Handle = Id;
    type Output = Dom;
    type ElemName<'a> = Name;

    fn finish(self) -> Dom {
        self.dom.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        ROOT
    }

    fn elem_name<'a>(&'a self, target: &'a Id) -> Name {
        match &self.dom.borrow().nodes[*target].data {
            Data::Element(name, _) => Name(name.clone()),
            // The parser asks only about elements.
            Data::Nothing | Data::Text(_) => Name(QualName::new(None, ns!(), html5ever::local_name!(""))),
        }
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Id {
        self.dom.borrow_mut().push(Data::Element(name, attributes))
    }

    fn create_comment(&self, _: StrTendril) -> Id {
        self.dom.borrow_mut().push(Data::Nothing)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.dom.borrow_mut().push(Data::Nothing)
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        self.insert(child, *parent, None);
    }

    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        let parent = self.dom.borrow().nodes[*element].parent;
        match parent {
            Some(parent) => self.insert(child, parent, Some(*element)),
            None => self.insert(child, *previous, None),
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Id) -> Id {
        // A template is dropped with what it holds, so its contents need no tree of their own.
        *target
    }

    fn same_node(&self, x: &Id, y: &Id) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        let parent = self.dom.borrow().nodes[*sibling].parent;
        if let Some(parent) = parent {
            self.insert(child, parent, Some(*sibling));
        }
    }

    fn add_attrs_if_missing(&self, target: &Id, attributes: Vec<Attribute>) {
        if let Data::Element(_, present) = &mut self.dom.borrow_mut().nodes[*target].data {
            for attribute in attributes {
                if !present.iter().any(|earlier| earlier.name == attribute.name) {
                    present.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Id) {
        self.dom.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &Id, new_parent: &Id) {
        let mut dom = self.dom.borrow_mut();
        while let Some(child) = dom.nodes[*node].first {
            dom.attach(child, *new_parent, None);
        }
    }
}
