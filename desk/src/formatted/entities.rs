//! The entities that Telegram takes: inside the text, between characters, nested or apart.

use std::cmp::Reverse;

use crate::content::Entity;

/// Leaves the entities of `text` that Telegram takes, in order. Those that end in white space are
/// shortened; of two that overlap without nesting, and of two quotations in one another, the second
/// goes.
pub(super) fn clean(text: &str, mut entities: Vec<Entity>) -> Vec<Entity> {
    if entities.is_empty() {
        return entities;
    }
    let ruler = Ruler::new(text);
    entities.retain_mut(|entity| kind(entity).is_some() && ruler.trim(text, entity));
    entities.sort_by_key(|entity| (entity.offset, Reverse(entity.length)));
    let mut open: Vec<(usize, bool)> = Vec::new();
    entities.retain(|entity| {
        let end = entity.offset + entity.length;
        open.retain(|(open_end, _)| *open_end > entity.offset);
        let crosses = open.iter().any(|(open_end, _)| *open_end < end);
        let quote = is_quote(entity);
        let nests = quote && open.iter().any(|(_, quote)| *quote);
        if !crosses && !nests {
            open.push((end, quote));
        }
        !crosses && !nests
    });
    entities
}

/// Leaves what lies before `end`, in UTF-16 units: a style that goes on after it is shortened,
/// anything that is one whole is dropped.
pub(super) fn cut(entities: Vec<Entity>, end: usize) -> Vec<Entity> {
    entities
        .into_iter()
        .filter_map(|mut entity| {
            if entity.offset.checked_add(entity.length)? > end {
                let is_style = kind(&entity).is_some_and(|kind| {
                    matches!(
                        kind,
                        "bold"
                            | "italic"
                            | "underline"
                            | "strikethrough"
                            | "spoiler"
                            | "blockquote"
                            | "expandable_blockquote"
                            | "code"
                            | "pre"
                            | "text_link"
                    )
                });
                if !is_style {
                    return None;
                }
                entity.length = end.checked_sub(entity.offset)?;
            }
            Some(entity)
        })
        .collect()
}

/// Whether it is a quotation, of which Telegram allows none inside another.
pub(super) fn is_quote(entity: &Entity) -> bool {
    matches!(kind(entity), Some("blockquote" | "expandable_blockquote"))
}

fn kind(entity: &Entity) -> Option<&str> {
    entity.rest.get("type")?.as_str()
}

/// Where the characters of a text begin, in UTF-16 units and in bytes; the end of the text is last.
struct Ruler(Vec<(usize, usize)>);

impl Ruler {
    fn new(text: &str) -> Self {
        let mut units = 0;
        let mut places: Vec<(usize, usize)> = text
            .char_indices()
            .map(|(byte, c)| {
                let place = (units, byte);
                units += c.len_utf16();
                place
            })
            .collect();
        places.push((units, text.len()));
        Self(places)
    }

    /// The byte at this unit, if a character begins there.
    fn byte(&self, units: usize) -> Option<usize> {
        let place = self.0.binary_search_by_key(&units, |(units, _)| *units);
        place.ok().map(|place| self.0[place].1)
    }

    /// Takes the white space off the entity's end. False if nothing is left, or if it does not lie
    /// between characters of the text.
    fn trim(&self, text: &str, entity: &mut Entity) -> bool {
        let end = entity.offset.checked_add(entity.length);
        let Some((start, end)) = self
            .byte(entity.offset)
            .zip(end.and_then(|end| self.byte(end)))
        else {
            return false;
        };
        let words = text[start..end].trim_end();
        entity.length = super::utf16_len(words);
        !words.is_empty()
    }
}
