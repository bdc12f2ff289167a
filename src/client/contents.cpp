#include "client/contents.hpp"

#include "client/claimed_names.hpp"
#include "client/device_entry.hpp"
#include "client/gaps.hpp"
#include "client/histories.hpp"
#include "client/introductions.hpp"
#include "client/own_list.hpp"
#include "client/permits.hpp"
#include "client/resets.hpp"
#include "client/session_context.hpp"
#include "store/histories.hpp"
#include "store/notices.hpp"
#include "store/peers.hpp"
#include "store/permits.hpp"
#include "store/sessions.hpp"
#include "store/settings.hpp"

namespace sotto::client::contents {
namespace {

/// What every body of one content needs.
struct Place {
  store::Transaction& in;
  const outbox::Lent& lent;
  const wire::Content& content;
  const Speaker& speaker;
  const wire::AccountId& conversation;
  bool is_own;  // said by a device of ours

  wire::MessageRef ref() const {
    return {.account = speaker.account, .device = speaker.device, .id = content.message_id};
  }
};

bool is_verified(store::Transaction& in, const wire::AccountId& account) {
  const auto contact = store::contacts::load(in, account);
  const auto peer = store::peers::load(in, account);
  return contact && peer && contact->verified_root == peer->held.certificate.first_root;
}

store::Message row_of(const Place& at) {
  const auto* text = std::get_if<wire::Text>(&at.content.body);
  store::Message made{.id = 0,
                      .conversation = at.conversation,
                      .sender = at.speaker.account,
                      .device = at.speaker.device,
                      .message_id = at.content.message_id,
                      .is_outgoing = at.is_own,
                      .body = text != nullptr ? text->text : std::string(),
                      .body_kind = wire::kind_of(at.content.body),
                      .seq = at.content.seq,
                      .sent_at = at.content.sent_at,
                      .received_at = at.lent.now,
                      .state = at.is_own ? store::State::sent : store::State::received,
                      .reason = {},
                      .is_verified = !at.is_own && is_verified(at.in, at.conversation)};
  if (text == nullptr) return made;
  made.quote = text->quote;
  made.timer = text->timer;
  // The sender's copy counts from its sending, the recipient's from its reading.
  if (at.is_own && text->timer > 0)
    made.expires_at = base::Timestamp{at.content.sent_at.ms + std::int64_t{text->timer} * 1'000};
  return made;
}

void tell_of_gap(const Place& at, std::uint64_t missing) {
  if (missing == 0) return;
  const auto contact = store::contacts::load(at.in, at.conversation);
  const std::string name = contact ? contact->name() : at.conversation.text().substr(0, 8);
  const std::string what = missing == 1 ? "a message" : std::to_string(missing) + " messages";
  store::notices::keep_once(
      at.in, {.account = at.conversation,
              .kind = store::Notice::Kind::message_missing,
              .words = at.is_own ? what + " to " + name + " from device " + std::to_string(at.speaker.device.value) +
                                       " is missing here"
                                 : what + " from " + name + " is missing",
              .at = at.lent.now});
}

void note_sequence(const Place& at) {
  if (at.content.seq == 0) return;
  const store::sequences::Line line{
      .account = at.speaker.account, .device = at.speaker.device, .conversation = at.conversation};
  tell_of_gap(at, store::sequences::note(at.in, line, at.content.seq, at.content.seq_start, at.lent.now));
}

/// A message that shows: a text, or a kind that a later version knows.
Outcome show(const Place& at) {
  store::Message row = row_of(at);
  switch (store::messages::seen(at.in, row)) {
    case store::messages::Seen::no:
      break;
    case store::messages::Seen::same:
      return Repeated{};
    case store::messages::Seen::id_reused:
      return Broken{"its id belongs to another message"};
    case store::messages::Seen::seq_reused:
      return Broken{"its place in the sequence is taken"};
  }
  note_sequence(at);
  row.id = store::messages::keep(at.in, row);
  if (at.is_own) return Applied{};  // our own words: in the history, told to nobody
  if (store::settings::is_on(at.in, store::settings::receipts, true)) {
    const auto contact = store::contacts::load(at.in, at.conversation);
    if (contact && contact->standing == store::Standing::accepted)
      outbox::post_receipt(at.in, at.lent, at.conversation, wire::Receipt::Kind::delivered, row.ref());
  }
  return Shown{std::move(row)};
}

/// The message that a body names, if it lies in this conversation.
std::optional<store::Message> named(const Place& at, const wire::MessageRef& ref) {
  auto found = store::messages::find(at.in, ref);
  if (!found || found->conversation != at.conversation) return std::nullopt;
  return found;
}

void apply(const Place& at, const wire::Reaction& reaction) {
  const auto message = named(at, reaction.to);
  if (message && !message->is_deleted)
    store::messages::react(at.in, message->id, at.speaker.account, reaction.emoji, at.content.sent_at);
}

/// Only the account that wrote it changes it.
void apply(const Place& at, const wire::Edit& edit) {
  const auto message = named(at, edit.of);
  if (!message || message->sender != at.speaker.account || message->is_deleted) return;
  if (message->edited_at && *message->edited_at > at.content.sent_at) return;  // a later one is here already
  store::messages::edit(at.in, *message, edit.text, at.content.sent_at);
}

void apply(const Place& at, const wire::Deletion& deletion) {
  if (deletion.of.account != at.speaker.account) return;
  const auto message = named(at, deletion.of);
  if (message) return store::messages::erase(at.in, message->id);
  store::histories::note_deleted(at.in, deletion.of);  // it may be part of a history that comes
}

void apply(const Place& at, const wire::Receipt& receipt) {
  for (const wire::MessageRef& ref : receipt.of) {
    const auto message = named(at, ref);
    if (!message) continue;
    if (at.is_own) {  // another device of ours has shown what came
      if (!message->is_outgoing && receipt.kind != wire::Receipt::Kind::delivered) {
        store::messages::set_read(at.in, message->id, at.lent.now);
        if (message->timer > 0) {
          store::messages::set_expires_at(at.in, message->id, {at.lent.now.ms + std::int64_t{message->timer} * 1'000});
        }
      }
      continue;
    }
    if (message->sender != at.lent.own.account_id) continue;
    if (message->device == at.lent.own.device && message->seq > 0) {
      store::sequences::confirm(
          at.in, {.account = at.speaker.account, .device = at.speaker.device, .conversation = at.conversation},
          message->seq);
    }
    if (receipt.kind == wire::Receipt::Kind::delivered) store::messages::set_delivered(at.in, message->id, at.lent.now);
    if (receipt.kind != wire::Receipt::Kind::delivered) store::messages::set_read(at.in, message->id, at.lent.now);
  }
}

void apply(const Place& at, const wire::TimerChange& timer) {
  store::messages::set_timer(at.in, at.conversation, timer.seconds);
}

void apply(const Place& at, const wire::Acceptance& acceptance) {
  auto contact = store::contacts::load(at.in, at.conversation);
  if (!contact || at.is_own) return;
  contact->profile_key = acceptance.profile_key;
  store::contacts::keep(at.in, *contact, at.lent.now);
}

void apply(const Place& at, const wire::Replacement& replacement) {
  if (!at.is_own) resets::note(at.in, replacement.old_account, at.speaker.account, at.lent.now);
}

void apply(const Place& at, const wire::Profile& profile) {
  if (at.is_own) return store::settings::set_profile_name(at.in, profile.name);
  auto contact = store::contacts::load(at.in, at.conversation);
  const std::string name = claimed_names::safe(profile.name);
  if (!contact || name.empty() || contact->claimed_name == name) return;
  const std::string before = contact->name();
  contact->claimed_name = name;
  store::contacts::keep(at.in, *contact, at.lent.now);
  // Once until it is shown: who changes it for ever fills nothing.
  store::notices::keep_once(at.in, {.account = at.conversation,
                                    .kind = store::Notice::Kind::profile_changed,
                                    .words = before + " goes by the name \"" + name + "\" now",
                                    .at = at.lent.now});
}

/// A tail that was lost shows by the number after it.
void apply(const Place& at, const wire::Heartbeat& heartbeat) {
  if (heartbeat.of && !gaps::has_left(at.in, at.speaker.account, *heartbeat.of)) return;
  const store::sequences::Line line{.account = at.speaker.account,
                                    .device = heartbeat.of.value_or(at.speaker.device),
                                    .conversation = at.conversation};
  tell_of_gap(at, store::sequences::note_last(at.in, line, heartbeat.last_seq, at.content.seq_start, at.lent.now));
  if (heartbeat.asks) outbox::post_heartbeat(at.in, at.lent, at.speaker.account, at.conversation, false);
}

gaps::Place as_gap(const Place& at) {
  return {.in = at.in, .lent = at.lent, .speaker = at.speaker, .conversation = at.conversation, .is_own = at.is_own};
}

void apply(const Place& at, const wire::GapQuestion& question) { gaps::answer(as_gap(at), question); }
void apply(const Place& at, const wire::GapAnswer& answer) { gaps::note_gone(as_gap(at), answer); }

void apply(const Place&, const wire::Typing&) {}
void apply(const Place&, const wire::Text&) {}
void apply(const Place&, const wire::Resent&) {}
void apply(const Place&, const wire::UnknownBody&) {}
void apply(const Place&, const wire::SyncContacts&) {}
void apply(const Place&, const wire::SyncAccount&) {}
void apply(const Place&, const wire::SyncSettings&) {}
void apply(const Place&, const wire::SyncHistory&) {}
void apply(const Place&, const wire::SyncHistoryTaken&) {}

/// Late news of it would say something wrong.
Outcome overhear(const Place& at, const wire::Typing& typing) {
  constexpr std::int64_t good_for_ms = 60'000;
  const std::int64_t age_ms = at.lent.now.ms - at.content.sent_at.ms;
  const bool is_wanted = !at.is_own && store::settings::is_on(at.in, store::settings::typing, false);
  if (!is_wanted || age_ms > good_for_ms || age_ms < -good_for_ms) return Applied{};
  return Overheard{TypingNow{.is_typing = typing.is_typing}};
}

Outcome apply_body(const Place& at) {
  note_sequence(at);
  if (const auto* typing = std::get_if<wire::Typing>(&at.content.body)) return overhear(at, *typing);
  std::visit([&](const auto& body) { apply(at, body); }, at.content.body);
  return Applied{};
}

/// As if the device that wrote it had sent it, which can't any more.
Outcome take_resent(const Place& at, const wire::Resent& resent) {
  if (!gaps::has_left(at.in, at.speaker.account, resent.device))
    return Broken{"it speaks for a device that can speak for itself"};
  wire::Content original = at.content;
  original.message_id = resent.id;
  original.sent_at = resent.sent_at;
  original.seq = resent.seq;
  original.seq_start.reset();
  original.body = resent.text;
  const Speaker writer{.account = at.speaker.account, .device = resent.device};
  return show({.in = at.in,
               .lent = at.lent,
               .content = original,
               .speaker = writer,
               .conversation = at.conversation,
               .is_own = at.is_own});
}

bool is_shown(const wire::Body& body) {
  return std::holds_alternative<wire::Text>(body) || std::holds_alternative<wire::UnknownBody>(body);
}

Outcome take(const Place& at) {
  if (const auto* resent = std::get_if<wire::Resent>(&at.content.body)) return take_resent(at, *resent);
  return is_shown(at.content.body) ? show(at) : apply_body(at);
}

// Of own devices

/// What only an admin hands out counts if it opens the speaker's own entry on the list that the account key signed, and
/// that entry says so: nobody else can make such a secret.
bool is_secret_of_admin(const store::OwnAccount& own, const store::AccountSecret& secret, wire::DeviceNumber speaker) {
  const auto list = wire::DeviceList::parse(own.introduction.list.statement);
  CHECK(list);
  const wire::Device* device = list->device(speaker);
  const auto entry = device != nullptr ? device_entry::open(own.account_id, *device, secret) : std::nullopt;
  return entry && entry->is_admin;
}

void take_account(store::Transaction& in, const wire::SyncAccount& account, wire::DeviceNumber speaker) {
  const auto own = store::own_account::load(in);
  CHECK(own);
  const store::AccountSecret secret(std::span(account.account_secret));
  if (is_secret_of_admin(*own, secret, speaker)) store::own_account::set_secrets(in, secret, account.link_token);
  store::permits::take_profile_key(in, store::ProfileKey(std::span(account.profile_key)), account.profile_key_count);
  if (!account.account_key) return;
  const auto key = crypto::PrivateKey(std::span(*account.account_key));
  const auto certificate = wire::AccountCertificate::parse(own->introduction.certificate.statement);
  if (certificate && certificate->account_key == key.public_key()) store::own_account::set_account_key(in, key.clone());
}

/// What the person has decided here is not undone by what another device has not heard of.
bool is_settled_here(store::Transaction& in, const wire::AccountId& account) {
  const auto contact = store::contacts::load(in, account);
  return contact && contact->standing != store::Standing::held;
}

void take_contact(store::Transaction& in, const wire::SyncContact& synced, bool is_by_admin, base::Timestamp now) {
  if (synced.introduction) {
    const auto parsed = wire::rules::parse(*synced.introduction);
    if (!parsed || parsed->list.account_id != synced.account) return;
    apply_introduction(in, *synced.introduction, now);
  }
  auto contact = store::contacts::load(in, synced.account).value_or(store::Contact{.account_id = synced.account});
  // The answer to a reset is given on each device by its person, never by another device.
  if (store::resets::is_asked(in, synced.account)) return;
  if (synced.nickname && !store::contacts::is_nickname_taken(in, *synced.nickname, synced.account))
    contact.nickname = synced.nickname;
  if (synced.claimed_name) contact.claimed_name = synced.claimed_name;
  if (synced.user_name) contact.user_name = synced.user_name;
  contact.origin = static_cast<store::Origin>(synced.origin);
  contact.standing = static_cast<store::Standing>(synced.standing);
  if (synced.profile_key) contact.profile_key = synced.profile_key;
  if (!synced.permits.empty() && !contact.permit) contact.permit = base::blob(synced.permits.front());
  if (synced.permits.size() > 1 && !contact.link_token) contact.link_token = base::blob(synced.permits[1]);
  // Verification is about an anchor root; it never comes from elsewhere as a change of who they are.
  if (synced.verified_root && is_by_admin) {
    if (const auto root = crypto::PublicKey::parse(*synced.verified_root)) contact.verified_root = *root;
  }
  store::contacts::keep(in, contact, now);
  if (synced.timer > 0) store::messages::set_timer(in, synced.account, synced.timer);
}

/// Who writes to us has accepted us, and we them: now our profile key is taken there.
void answer_with_profile_key(const Place& at) {
  const auto contact = store::contacts::load(at.in, at.conversation);
  if (contact && !contact->has_our_profile_key)
    permits::give_profile_key(at.in, at.lent, *contact, permits::Haste::jittered);
}

void take_settings(store::Transaction& in, const wire::SyncSettings& settings) {
  for (const auto& one : settings.settings) {
    if (store::settings::is_known(one.name)) store::settings::set(in, one.name, one.is_on);
  }
}

}  // namespace

Outcome take_from_contact(store::Transaction& in, const outbox::Lent& lent, const wire::Content& content,
                          const Speaker& speaker, const store::Contact& contact) {
  if (content.sync_for) return Broken{"it speaks for a device of ours and is none"};
  if (wire::is_sync(content.body)) return Broken{"only own devices may say this"};
  const Place at{
      .in = in, .lent = lent, .content = content, .speaker = speaker, .conversation = speaker.account, .is_own = false};
  const bool is_text = std::holds_alternative<wire::Text>(content.body);
  const bool may_be_said_by_anybody = is_text || std::holds_alternative<wire::Replacement>(content.body);
  if (contact.standing != store::Standing::accepted && !may_be_said_by_anybody)
    return Broken{"somebody who is not a contact may send texts only"};
  Outcome outcome = take(at);
  const bool is_fleeting = std::holds_alternative<wire::Typing>(content.body);
  if (contact.standing == store::Standing::accepted && !is_fleeting) answer_with_profile_key(at);
  return outcome;
}

Outcome take_from_own(store::Transaction& in, const outbox::Lent& lent, const wire::Content& content,
                      const Speaker& speaker) {
  if (const auto* account = std::get_if<wire::SyncAccount>(&content.body)) {
    take_account(in, *account, speaker.device);
    return Applied{};
  }
  if (const auto* contacts = std::get_if<wire::SyncContacts>(&content.body)) {
    // A device that can only read and write gives nobody the mark of one whom the person has verified.
    const bool is_by_admin = own_list::is_admin(lent.own, speaker.device);
    for (const wire::SyncContact& contact : contacts->contacts) {
      if (contact.account == lent.own.account_id) continue;
      if (contacts->fills && is_settled_here(in, contact.account)) continue;
      take_contact(in, contact, is_by_admin, lent.now);
    }
    return Applied{};
  }
  if (const auto* settings = std::get_if<wire::SyncSettings>(&content.body)) {
    take_settings(in, *settings);
    return Applied{};
  }
  if (const auto* history = std::get_if<wire::SyncHistory>(&content.body))
    return histories::take(in, lent, *history, speaker);
  if (const auto* taken = std::get_if<wire::SyncHistoryTaken>(&content.body))
    return histories::note_taken(in, lent, *taken, speaker);
  if (!content.sync_for) return Broken{"a device of ours names no conversation"};
  const Place at{.in = in,
                 .lent = lent,
                 .content = content,
                 .speaker = speaker,
                 .conversation = *content.sync_for,
                 .is_own = true};
  return take(at);
}

void begin_anew_with(store::Transaction& in, const outbox::Lent& lent, const Speaker& speaker) {
  constexpr std::int64_t pause_ms = 600'000;
  const bool is_own = speaker.account == lent.own.account_id;
  const auto contact = store::contacts::load(in, speaker.account);
  if (!is_own && (!contact || contact->standing != store::Standing::accepted)) return;
  const store::sessions::Key key{.account = speaker.account, .device = speaker.device};
  if (!store::sessions::may_again(in, store::sessions::Act::new_beginning, key, lent.now, pause_ms)) return;
  const auto record = load_record(in, speaker.account, speaker.device);
  if (record) {
    store::sessions::keep(in, speaker.account, speaker.device, record->with_current_archived().serialize().expose());
  }
  if (!is_own) return outbox::post_heartbeat(in, lent, speaker.account, speaker.account, true);
  for (const store::Contact& about : store::contacts::all(in))
    outbox::post_heartbeat(in, lent, lent.own.account_id, about.account_id, true);
}

}  // namespace sotto::client::contents
