#include "client/outbox.hpp"

#include <algorithm>

#include "base/check.hpp"

#include "client/answers.hpp"
#include "client/histories.hpp"
#include "client/introductions.hpp"
#include "client/own_list.hpp"
#include "client/rotation.hpp"
#include "client/sealing.hpp"
#include "client/server.hpp"
#include "client/session_context.hpp"
#include "client/tails.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"
#include "store/permits.hpp"
#include "store/sessions.hpp"
#include "store/settings.hpp"
#include "wire/padding.hpp"
#include "wire/utf8.hpp"

namespace sotto::client::outbox {
namespace {

constexpr std::int64_t sync_jitter_ms = 2'000, receipt_jitter_ms = 30'000, fleeting_ms = 10'000;

base::Timestamp jittered(const Lent& lent, std::int64_t at_most_ms) {
  const auto raw = lent.random.bytes<2>();
  return {lent.now.ms + at_most_ms * (raw[0] << 8 | raw[1]) / 65'536};
}

wire::ListView own_list(const store::OwnAccount& own) { return view_of(own.introduction); }

bool is_self(const store::OwnAccount& own, const store::PeerDevice& device) {
  return device.account_id == own.account_id && device.number == own.device;
}

/// Every device that a content for this account goes to.
std::vector<store::PeerDevice> addressed(store::Transaction& in, const store::OwnAccount& own,
                                         const store::Peer& peer) {
  std::vector<store::PeerDevice> devices = devices_to_reach(in, peer);
  std::erase_if(devices, [&](const store::PeerDevice& device) { return is_self(own, device); });
  return devices;
}

/// The introduction goes along while the session is pending, and until that device's view shows our list.
bool wants_introduction(store::Transaction& in, const store::OwnAccount& own, const store::PeerDevice& device,
                        const protocol::Record& record) {
  if (record.is_pending()) return true;
  const auto view = store::sessions::their_view(in, device.account_id, device.number);
  return !view || *view < own_list(own).order;
}

wire::Body body_of(store::Transaction& in, const store::Outgoing& outgoing) {
  if (outgoing.body && std::holds_alternative<wire::Heartbeat>(*outgoing.body)) {
    // As it is when it leaves: what still waits behind it is not missing yet.
    auto heartbeat = std::get<wire::Heartbeat>(*outgoing.body);
    if (heartbeat.of) return heartbeat;
    const auto waiting = store::outgoing::first_waiting_seq(in, outgoing);
    heartbeat.last_seq = waiting ? *waiting - 1 : store::messages::last_seq(in, outgoing.conversation());
    return heartbeat;
  }
  const bool is_resent = outgoing.body && std::holds_alternative<wire::Resent>(*outgoing.body);
  if (outgoing.body && !is_resent) return *outgoing.body;
  const auto message = store::messages::load(in, outgoing.message.value_or(0));
  CHECK(message);
  wire::Text text{.text = message->body, .quote = message->quote, .timer = message->timer};
  if (!is_resent) return text;
  auto resent = std::get<wire::Resent>(*outgoing.body);
  resent.text = std::move(text);
  return resent;
}

/// The account key goes to those own devices only that the list calls admins, and never lies in the outbox.
wire::Body body_for(store::Transaction& in, const Lent& lent, const store::Outgoing& outgoing,
                    const store::PeerDevice& device) {
  wire::Body body = body_of(in, outgoing);
  if (auto* history = std::get_if<wire::SyncHistory>(&body)) {
    histories::fill(in, *history, device);
    return body;
  }
  auto* account = std::get_if<wire::SyncAccount>(&body);
  if (account == nullptr || !lent.own.account_key) return body;
  for (const own_list::OwnDevice& own : own_list::devices(lent.own)) {
    if (!own.is_admin || own.device.identity_key != device.identity_key) continue;
    account->account_key.emplace();
    std::ranges::copy(lent.own.account_key->expose(), account->account_key->begin());
  }
  return body;
}

wire::Content content_for(store::Transaction& in, const Lent& lent, const store::Outgoing& outgoing,
                          const store::PeerDevice& device, const protocol::Record& record) {
  wire::Content made;
  made.message_id = outgoing.message_id;
  made.sent_at = outgoing.sent_at;
  made.recipient = outgoing.account;
  made.seq = outgoing.seq;
  made.own_list = own_list(lent.own);
  if (const auto peer = store::peers::load(in, outgoing.account)) {
    made.view = wire::ListView{.order = peer->held.list.order, .list_hash = peer->held.list_hash};
  }
  if (outgoing.seq > 0) {
    const store::sequences::Line line{
        .account = device.account_id, .device = device.number, .conversation = outgoing.conversation()};
    // Always: a folder that was put back has forgotten what it knew of our sequence.
    made.seq_start = store::sequences::first_for(in, line, outgoing.seq);
  } else if (outgoing.body && std::holds_alternative<wire::Heartbeat>(*outgoing.body) &&
             !std::get<wire::Heartbeat>(*outgoing.body).of) {
    const std::uint64_t next = std::get<wire::Heartbeat>(body_of(in, outgoing)).last_seq + 1;
    made.seq_start = store::sequences::first_for(
        in, {.account = device.account_id, .device = device.number, .conversation = outgoing.conversation()}, next);
  }
  const bool is_own = outgoing.account == lent.own.account_id;
  if (wants_introduction(in, lent.own, device, record)) {
    made.introduction = lent.own.introduction;
    if (!is_own) made.claimed_name = store::settings::profile_name(in).value_or(lent.own.user_name);
  }
  // In every message: whoever answers a first one by name has no pending session, and would give none otherwise.
  if (!is_own) made.reply_permit = store::permits::given_to(in, device.account_id);
  made.sync_for = outgoing.about;
  made.body = body_for(in, lent, outgoing, device);
  return made;
}

/// One operation of a session: the rule that is asked, the two addresses, and what is lent.
struct Operation {
  protocol::Address local;
  protocol::Address remote;
  protocol::Trust trust;
  protocol::Context context;

  Operation(store::Transaction& in, const Lent& lent, const store::PeerDevice& device)
      : local(address_of(lent.own.account_id, lent.own.device)),
        remote(address_of(device.account_id, device.number)),
        trust([&in](const protocol::Address& who, const crypto::PublicKey& identity, protocol::Use) {
          return is_listed(in, who, identity);
        }),
        context{.identity = lent.own.identity,
                .registration_id = protocol::RegistrationId(lent.own.registration_id.value),
                .local = local,
                .remote = remote,
                .trust = trust,
                .now_ms = static_cast<std::uint64_t>(lent.now.ms),
                .random = lent.random} {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
};

store::sessions::Key key_of(const store::PeerDevice& device) {
  return {.account = device.account_id, .device = device.number};
}

base::Bytes<33> chain_of(const protocol::Record& record) {
  return record.current()->sending.ratchet_key.public_key.serialize();
}

void note_chain(store::Transaction& in, const store::PeerDevice& device, const protocol::Record& record,
                base::Timestamp now) {
  store::sessions::note_chain(in, key_of(device), chain_of(record), now);
}

/// Whether too much was sent, or for too long, without an answer that turned the ratchet (design, section 5).
bool is_spent(store::Transaction& in, const store::PeerDevice& device, base::Timestamp now) {
  const auto record = load_record(in, device.account_id, device.number);
  if (!record || record->current() == nullptr) return false;
  const auto since = store::sessions::chain_since(in, key_of(device), chain_of(*record));
  return since && rotation::policy.is_chain_spent(record->current()->sending.counter, *since, now);
}

Problem session_problem(protocol::Error error) { return refused("the message can't be encrypted: " + to_text(error)); }

Result<Addressed> encrypt_for(store::Transaction& in, const Lent& lent, const store::Outgoing& outgoing,
                              const store::PeerDevice& device) {
  const auto record = load_record(in, device.account_id, device.number);
  if (!record) return session_problem(record.error());
  const base::Blob plaintext = wire::pad(content_for(in, lent, outgoing, device, *record).serialize());
  const Operation operation(in, lent, device);
  const auto encrypted = protocol::encrypt(*record, plaintext, operation.context);
  if (!encrypted) return session_problem(encrypted.error());
  store::sessions::keep(in, device.account_id, device.number, encrypted->record.serialize().expose());
  note_chain(in, device, encrypted->record, lent.now);
  auto envelope = sealing::seal(in, lent, *encrypted, device.identity_key);
  if (!envelope) return session_problem(envelope.error());
  return Addressed{
      .mailbox_id = device.mailbox_id, .registration_id = device.registration_id, .envelope = *std::move(envelope)};
}

/// A session that a message on an old chain has brought back may be one from before this folder was put back: it only
/// receives, until an answer turns it.
bool can_send(store::Transaction& in, const store::PeerDevice& device, base::Timestamp now) {
  const auto record = load_record(in, device.account_id, device.number);
  return record && record->can_send(static_cast<std::uint64_t>(now.ms)) &&
         !store::sessions::is_burnt(in, key_of(device), chain_of(*record));
}

Result<void> start_session(store::Transaction& in, const Lent& lent, const store::PeerDevice& device,
                           const wire::DeviceBundle& from) {
  TRY(const protocol::PreKeyBundle bundle, bundle_of(from));
  const auto record = load_record(in, device.account_id, device.number);
  const Operation operation(in, lent, device);
  const auto started = protocol::start_session(record ? *record : protocol::Record(), bundle, operation.context);
  if (!started) return refused("no session with this contact can be made: " + to_text(started.error()));
  store::sessions::keep(in, device.account_id, device.number, started->serialize().expose());
  return {};
}

}  // namespace

bool has_other_devices(store::Transaction& in, const store::OwnAccount& own) {
  const auto self = store::peers::load(in, own.account_id);
  return self && self->devices.size() > 1;
}

Result<void> check_text(const std::string& text) {
  if (text.size() > wire::max_text) {
    return refused("the text has " + std::to_string(text.size()) + " bytes; at most 1 MiB (1048576) can be sent");
  }
  if (text.empty()) return refused("there is no text to send");
  if (!wire::is_utf8(text)) return refused("the text is not valid UTF-8; convert it first, for example with iconv");
  return {};
}

Result<void> may_write_to(const store::Contact& contact) {
  switch (contact.standing) {
    case store::Standing::accepted:
      return {};
    case store::Standing::held:
    case store::Standing::refused:
      return refused(contact.name() +
                     " wrote first and is no contact yet: `sotto request accept` comes before an answer");
    case store::Standing::blocked:
      return refused(contact.name() + " is blocked: `sotto contact unblock` takes that back");
  }
  return {};
}

Result<store::Message> enqueue(store::Transaction& in, const Lent& lent, const wire::AccountId& conversation,
                               wire::Text text) {
  TRY_VOID(check_text(text.text));
  store::Message message{.id = 0,
                         .conversation = conversation,
                         .sender = lent.own.account_id,
                         .device = lent.own.device,
                         .message_id = lent.random.bytes<16>(),
                         .is_outgoing = true,
                         .body = std::move(text.text),
                         .seq = store::messages::next_seq(in, conversation),
                         .sent_at = store::own_account::next_sent_at(in, lent.now),
                         .received_at = {},
                         .state = store::State::queued,
                         .reason = {},
                         .quote = std::move(text.quote),
                         .timer = store::messages::timer_of(in, conversation)};
  const bool is_to_self = conversation == lent.own.account_id;
  if (is_to_self) message.state = store::State::sent;
  message.id = store::messages::keep(in, message);
  store::Outgoing made{.account = conversation,
                       .message = message.id,
                       .message_id = message.message_id,
                       .sent_at = message.sent_at,
                       .seq = message.seq};
  if (!is_to_self) store::outgoing::keep(in, made);
  if (!has_other_devices(in, lent.own)) return message;
  made.account = lent.own.account_id;
  made.about = conversation;
  made.not_before = jittered(lent, sync_jitter_ms);
  store::outgoing::keep(in, made);
  return message;
}

void post(store::Transaction& in, const Lent& lent, const wire::AccountId& conversation, wire::Body body) {
  const bool is_durable = wire::is_durable(body);
  store::Outgoing made{.account = conversation,
                       .message_id = lent.random.bytes<16>(),
                       .sent_at = store::own_account::next_sent_at(in, lent.now),
                       .seq = is_durable ? store::messages::next_seq(in, conversation) : 0,
                       .body = std::move(body)};
  if (conversation != lent.own.account_id) store::outgoing::keep(in, made);
  if (!is_durable || !has_other_devices(in, lent.own)) return;
  made.account = lent.own.account_id;
  made.about = conversation;
  made.not_before = jittered(lent, sync_jitter_ms);
  store::outgoing::keep(in, made);
}

void post_later(store::Transaction& in, const Lent& lent, const wire::AccountId& conversation, wire::Body body) {
  const store::Outgoing made{.account = conversation,
                             .message_id = lent.random.bytes<16>(),
                             .sent_at = store::own_account::next_sent_at(in, lent.now),
                             .body = std::move(body),
                             .not_before = jittered(lent, receipt_jitter_ms)};
  store::outgoing::keep(in, made);
}

void sync(store::Transaction& in, const Lent& lent, const wire::AccountId& about, wire::Body body) {
  if (!has_other_devices(in, lent.own)) return;
  const store::Outgoing made{.account = lent.own.account_id,
                             .about = about,
                             .message_id = lent.random.bytes<16>(),
                             .sent_at = store::own_account::next_sent_at(in, lent.now),
                             .body = std::move(body),
                             .not_before = jittered(lent, sync_jitter_ms)};
  store::outgoing::keep(in, made);
}

void post_receipt(store::Transaction& in, const Lent& lent, const wire::AccountId& conversation,
                  wire::Receipt::Kind kind, const wire::MessageRef& of) {
  if (auto waiting = store::outgoing::open_receipt(in, conversation, kind)) {
    auto& receipt = std::get<wire::Receipt>(*waiting->body);
    receipt.of.push_back(of);
    store::outgoing::set_body(in, waiting->id, *waiting->body);
    return;
  }
  const store::Outgoing made{.account = conversation,
                             .message_id = lent.random.bytes<16>(),
                             .sent_at = store::own_account::next_sent_at(in, lent.now),
                             .body = wire::Receipt{.kind = kind, .of = {of}},
                             .not_before = jittered(lent, receipt_jitter_ms)};
  store::outgoing::keep(in, made);
}

void post_heartbeat(store::Transaction& in, const Lent& lent, const wire::AccountId& account,
                    const wire::AccountId& conversation, bool asks) {
  store::Outgoing made{.account = account,
                       .message_id = lent.random.bytes<16>(),
                       .sent_at = store::own_account::next_sent_at(in, lent.now),
                       .body = wire::Heartbeat{.last_seq = 0, .asks = asks},  // the number is that of when it leaves
                       // Nobody reads from the answer when this device was online.
                       .not_before = jittered(lent, receipt_jitter_ms)};
  if (account == lent.own.account_id) made.about = conversation;
  if (const auto waiting = store::outgoing::waiting_heartbeat(in, made)) {
    if (asks) store::outgoing::set_body(in, *waiting, *made.body);
    return;
  }
  store::outgoing::keep(in, made);
}

void post_heartbeat_of(store::Transaction& in, const Lent& lent, const wire::AccountId& account,
                       const wire::AccountId& conversation, wire::DeviceNumber left) {
  store::Outgoing made{
      .account = account,
      .message_id = lent.random.bytes<16>(),
      .sent_at = store::own_account::next_sent_at(in, lent.now),
      .body = wire::Heartbeat{.last_seq = store::messages::last_seq_of(in, conversation, left), .of = left},
      .not_before = jittered(lent, receipt_jitter_ms)};
  if (account == lent.own.account_id) made.about = conversation;
  store::outgoing::keep(in, made);
}

bool is_fleeting(const store::Outgoing& outgoing) {
  return outgoing.body && std::holds_alternative<wire::Typing>(*outgoing.body);
}

namespace {

/// What becomes of the contact's copy is the message's state, as long as it is on its way for the first time: a receipt
/// may have come before the server's answer, and what is sent once more has been sent.
void note_state(store::Transaction& in, const store::Outgoing& outgoing, store::State state,
                const std::string& reason = {}) {
  if (!outgoing.message || outgoing.about) return;
  const auto message = store::messages::load(in, *outgoing.message);
  if (message && (message->state == store::State::queued || message->state == store::State::encrypted))
    store::messages::set_state(in, message->id, state, reason);
}

/// Whether what was encrypted goes only to devices that may be written to now: since then one may have left the list,
/// or a fork of the list have been seen. A server that keeps the promise of 409 would refuse it; one that does not
/// would deliver it.
bool is_still_right(store::Transaction& in, const store::OwnAccount& own, const store::Outgoing& outgoing) {
  if (!outgoing.request) return false;
  const auto peer = store::peers::load(in, outgoing.account);
  wire::frames::SendRequest request;
  if (!peer || !answers::parse(request, *outgoing.request)) return false;
  const auto devices = addressed(in, own, *peer);
  return std::ranges::all_of(request.items(), [&](const wire::frames::Item& item) {
    return std::ranges::any_of(devices, [&](const store::PeerDevice& device) {
      return base::text(device.mailbox_id.view()) == item.mailbox_id();
    });
  });
}

Result<Encryption> make_request(store::Transaction& in, const Lent& lent, const store::Outgoing& outgoing,
                                const std::vector<store::PeerDevice>& devices) {
  std::vector<Addressed> items;
  for (const store::PeerDevice& device : devices) {
    TRY(Addressed item, encrypt_for(in, lent, outgoing, device));
    items.push_back(std::move(item));
  }
  base::Blob request = send_request(lent.random.bytes<16>(), outgoing.account, items, is_fleeting(outgoing));
  store::outgoing::keep_request(in, outgoing.id, request);
  note_state(in, outgoing, store::State::encrypted);
  return Encryption{.need = Need::nothing, .request = std::move(request)};
}

/// What stands in the way now; nothing goes to nobody.
Need need_of(store::Transaction& in, const Lent& lent, const store::Outgoing& outgoing, Renewal renewal) {
  const auto message = outgoing.message ? store::messages::load(in, *outgoing.message) : std::nullopt;
  if (message && message->is_deleted) return Need::nobody;  // gone meanwhile
  const auto peer = store::peers::load(in, outgoing.account);
  if (!peer) return Need::introduction;
  const auto claim = store::peers::standing_claim(in, outgoing.account);
  if (claim && !claim->is_ignored) return Need::introduction;
  const auto devices = addressed(in, lent.own, *peer);
  if (devices.empty()) return Need::nobody;
  const auto has_session = [&](const store::PeerDevice& device) { return can_send(in, device, lent.now); };
  if (!std::ranges::all_of(devices, has_session)) return Need::sessions;
  const auto is_due = [&](const store::PeerDevice& device) { return is_spent(in, device, lent.now); };
  if (renewal == Renewal::first && std::ranges::any_of(devices, is_due)) return Need::renewal;
  const bool is_own = outgoing.account == lent.own.account_id;
  if (!is_own && !store::permits::given_to(in, outgoing.account)) return Need::permit;
  return Need::nothing;
}

}  // namespace

Result<Encryption> encrypt(store::Transaction& in, const Lent& lent, const store::Outgoing& asked, Renewal renewal) {
  // As it is now: meanwhile the person may have taken it back, or blocked whom it was for.
  const auto outgoing = store::outgoing::load(in, asked.id);
  if (!outgoing) return Encryption{.need = Need::nobody, .request = {}};
  if (is_still_right(in, lent.own, *outgoing)) return Encryption{.need = Need::nothing, .request = *outgoing->request};
  const Need need = need_of(in, lent, *outgoing, renewal);
  if (is_fleeting(*outgoing)) {
    const bool is_late = lent.now.ms - outgoing->sent_at.ms > fleeting_ms;
    if (need != Need::nothing || is_late) return Encryption{.need = Need::nobody, .request = {}};
  }
  if (need != Need::nothing) return Encryption{.need = need, .request = {}};
  const auto peer = store::peers::load(in, outgoing->account);
  return make_request(in, lent, *outgoing, addressed(in, lent.own, *peer));
}

Result<void> start_sessions(store::Transaction& in, const Lent& lent, const wire::AccountId& recipient,
                            const std::vector<wire::DeviceBundle>& bundles) {
  const auto peer = store::peers::load(in, recipient);
  if (!peer) return refused("nothing is known about this contact yet");
  for (const store::PeerDevice& device : addressed(in, lent.own, *peer)) {
    if (can_send(in, device, lent.now) && !is_spent(in, device, lent.now)) continue;
    const auto bundle = std::ranges::find(bundles, device.number, &wire::DeviceBundle::number);
    if (bundle == bundles.end()) return refused("the server has no prekeys for a device of this contact");
    TRY_VOID(start_session(in, lent, device, *bundle));
  }
  return {};
}

void settle_sent(store::Transaction& in, const Lent& lent, const store::Outgoing& outgoing) {
  store::outgoing::remove(in, outgoing.id);
  tails::note_sent(in, lent, outgoing);
  note_state(in, outgoing, store::State::sent);
  if (!outgoing.message || outgoing.about) return;
  const auto message = store::messages::load(in, *outgoing.message);
  if (message && message->timer > 0)
    store::messages::set_expires_at(in, message->id, {lent.now.ms + std::int64_t{message->timer} * 1'000});
}

void settle_failed(store::Transaction& in, const store::Outgoing& outgoing, const std::string& reason) {
  store::outgoing::remove(in, outgoing.id);
  note_state(in, outgoing, store::State::failed, reason);
}

void unsettle(store::Transaction& in, const store::Outgoing& outgoing) {
  store::outgoing::forget_request(in, outgoing.id);
  note_state(in, outgoing, store::State::queued);
}

}  // namespace sotto::client::outbox
