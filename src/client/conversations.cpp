#include "client/conversations.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "store/settings.hpp"
#include "wire/utf8.hpp"

namespace sotto::client::conversations {
namespace {

constexpr std::uint32_t text_kind = 16;

/// What happens in one conversation, in one transaction; what it has for others is sent soon.
template <class Work>
auto in_conversation(Engine& engine, const std::string& words, Work work)
    -> std::invoke_result_t<Work, store::Transaction&, const outbox::Lent&, const store::Contact&> {
  TRY(const store::OwnAccount own, engine.own());
  const outbox::Lent lent = engine.lent(own);
  auto done = engine.parts().store.transact(
      [&](store::Transaction& in)
          -> std::invoke_result_t<Work, store::Transaction&, const outbox::Lent&, const store::Contact&> {
        TRY(const store::Contact contact, engine.contact(in, words));
        return work(in, lent, contact);
      });
  engine.wake_sending();
  return done;
}

Result<void> may_write_to(const store::Contact& contact) { return outbox::may_write_to(contact); }

Result<store::Message> message_of(store::Transaction& in, const store::Contact& contact, const std::string& id) {
  const auto bytes = base::from_hex(id);
  const auto fixed = bytes ? base::fixed<16>(*bytes) : std::nullopt;
  if (!fixed)
    return refused("\"" + id + "\" is no message id: 32 hexadecimal digits, as `sotto --json history` shows it");
  auto found = store::messages::find_by_id(in, contact.account_id, *fixed);
  if (!found) return refused("there is no message " + id + " in this conversation");
  if (found->is_deleted) return refused("the message " + id + " was deleted, or has disappeared");
  return *std::move(found);
}

Result<store::Message> own_message_of(store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact,
                                      const std::string& id) {
  TRY(store::Message found, message_of(in, contact, id));
  if (found.sender != lent.own.account_id) return refused("only who wrote a message can change it");
  return found;
}

std::string excerpt_of(const store::Message& message) {
  std::string made = message.body.substr(0, wire::max_excerpt);
  while (!wire::is_utf8(made)) made.pop_back();  // not through the middle of a character
  return made;
}

void start_timer(store::Transaction& in, const store::Message& message, base::Timestamp now) {
  if (message.timer == 0 || message.expires_at) return;
  store::messages::set_expires_at(in, message.id, {now.ms + std::int64_t{message.timer} * 1'000});
}

Result<void> truncate_log(const Parts& parts) {
  if (const auto truncated = parts.store.truncate_log(); !truncated) return Problem(truncated.error());
  return {};
}

/// To our other devices: these were shown, so no other device says so.
void sync_read(store::Transaction& in, const outbox::Lent& lent, const wire::AccountId& conversation,
               const std::vector<wire::MessageRef>& refs) {
  for (std::size_t from = 0; from < refs.size(); from += wire::max_named_messages) {
    const auto end = std::min(refs.size(), from + wire::max_named_messages);
    wire::Receipt receipt{
        .kind = wire::Receipt::Kind::read,
        .of = {refs.begin() + static_cast<std::ptrdiff_t>(from), refs.begin() + static_cast<std::ptrdiff_t>(end)}};
    outbox::sync(in, lent, conversation, std::move(receipt));
  }
}

}  // namespace

Result<store::Message> reply(Engine& engine, const std::string& words, const std::string& id, std::string text) {
  return in_conversation(
      engine, words,
      [&](store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact) -> Result<store::Message> {
        TRY_VOID(may_write_to(contact));
        TRY(const store::Message to, message_of(in, contact, id));
        wire::Text answer{.text = std::move(text), .quote = wire::Quote{.of = to.ref(), .excerpt = excerpt_of(to)}};
        return outbox::enqueue(in, lent, contact.account_id, std::move(answer));
      });
}

Result<void> react(Engine& engine, const std::string& words, const std::string& id,
                   const std::optional<std::string>& emoji) {
  if (emoji && (emoji->empty() || emoji->size() > wire::max_emoji || !wire::is_utf8(*emoji)))
    return refused("a reaction is an emoji of at most 64 bytes");
  return in_conversation(
      engine, words,
      [&](store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact) -> Result<void> {
        TRY_VOID(may_write_to(contact));
        TRY(const store::Message to, message_of(in, contact, id));
        store::messages::react(in, to.id, lent.own.account_id, emoji, lent.now);
        outbox::post(in, lent, contact.account_id, wire::Reaction{.to = to.ref(), .emoji = emoji});
        return {};
      });
}

Result<void> edit(Engine& engine, const std::string& words, const std::string& id, std::string text) {
  TRY_VOID(outbox::check_text(text));
  return in_conversation(
      engine, words,
      [&](store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact) -> Result<void> {
        TRY_VOID(may_write_to(contact));
        TRY(const store::Message message, own_message_of(in, lent, contact, id));
        if (message.body_kind != text_kind) return refused("only a text can be edited");
        const base::Timestamp at = store::own_account::next_sent_at(in, lent.now);
        store::messages::edit(in, message, text, at);
        outbox::post(in, lent, contact.account_id, wire::Edit{.of = message.ref(), .text = std::move(text)});
        return {};
      });
}

Result<void> remove(Engine& engine, const std::string& words, const std::string& id) {
  TRY_VOID(in_conversation(
      engine, words,
      [&](store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact) -> Result<void> {
        TRY(const store::Message message, own_message_of(in, lent, contact, id));
        const wire::Deletion deletion{.of = message.ref()};
        // What has not left leaves as its own deletion: nobody is to miss its number.
        const bool may_have_left = store::outgoing::replace_text(in, message.id, deletion);
        const bool has_left = message.state != store::State::queued && message.state != store::State::encrypted;
        store::messages::erase(in, message.id);
        if (may_have_left || has_left) outbox::post(in, lent, contact.account_id, deletion);
        return {};
      }));
  return truncate_log(engine.parts());
}

Result<void> tell_typing(Engine& engine, const std::string& words, bool is_typing) {
  return in_conversation(
      engine, words,
      [&](store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact) -> Result<void> {
        TRY_VOID(may_write_to(contact));
        if (!store::settings::is_on(in, store::settings::typing, false))
          return refused("that you are writing is told to nobody: `sotto typing on` changes that");
        if (contact.account_id != lent.own.account_id)
          outbox::post(in, lent, contact.account_id, wire::Typing{.is_typing = is_typing});
        return {};
      });
}

Result<void> set_timer(Engine& engine, const std::string& words, std::int64_t seconds) {
  if (seconds < 0 || seconds > wire::max_timer) return refused("a timer is at most four weeks");
  return in_conversation(
      engine, words,
      [&](store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact) -> Result<void> {
        TRY_VOID(may_write_to(contact));
        const auto chosen = static_cast<std::uint32_t>(seconds);
        store::messages::set_timer(in, contact.account_id, chosen);
        outbox::post(in, lent, contact.account_id, wire::TimerChange{chosen});
        return {};
      });
}

Result<std::int64_t> mark_read(Engine& engine, const std::string& words, const std::optional<std::string>& up_to) {
  return in_conversation(
      engine, words,
      [&](store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact) -> Result<std::int64_t> {
        std::int64_t last = INT64_MAX;
        if (up_to) {
          TRY(const store::Message shown, message_of(in, contact, *up_to));
          last = shown.id;
        }
        const bool tells = contact.standing == store::Standing::accepted &&
                           store::settings::is_on(in, store::settings::receipts, true);
        std::vector<wire::MessageRef> refs;
        for (const store::Message& message : store::messages::unread(in, contact.account_id, last)) {
          store::messages::set_read(in, message.id, lent.now);
          start_timer(in, message, lent.now);
          if (tells) outbox::post_receipt(in, lent, contact.account_id, wire::Receipt::Kind::read, message.ref());
          refs.push_back(message.ref());
        }
        sync_read(in, lent, contact.account_id, refs);
        return static_cast<std::int64_t>(refs.size());
      });
}

Result<std::optional<base::Timestamp>> expire(const Parts& parts) {
  bool was_any = false;
  const auto next = parts.store.transact([&](store::Transaction& in) -> Result<std::optional<base::Timestamp>> {
    const auto before = store::messages::next_expiry(in);
    was_any = before && *before <= parts.clock.now();
    return store::messages::expire(in, parts.clock.now());
  });
  if (next && was_any) TRY_VOID(truncate_log(parts));
  return next;
}

}  // namespace sotto::client::conversations
