#include "client/outbox.hpp"

#include <algorithm>

#include "client/sealing.hpp"
#include "client/server.hpp"
#include "client/session_context.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"
#include "store/permits.hpp"
#include "store/sessions.hpp"
#include "wire/padding.hpp"
#include "wire/utf8.hpp"

namespace sotto::client::outbox {
namespace {

wire::ListView own_list(const store::OwnAccount& own) {
  const auto parsed = wire::rules::parse(own.introduction);
  CHECK(parsed);
  return {.order = parsed->list.order, .list_hash = parsed->list_hash};
}

/// The introduction goes along while the session is pending, and until that device's view shows our list.
bool wants_introduction(store::Transaction& in, const store::OwnAccount& own, const store::PeerDevice& device,
                        const protocol::Record& record) {
  if (record.is_pending()) return true;
  const auto view = store::sessions::their_view(in, device.account_id, device.number);
  return !view || *view < own_list(own).order;
}

wire::Content content_for(store::Transaction& in, const Lent& lent, const store::Message& message,
                          const store::PeerDevice& device, const protocol::Record& record) {
  wire::Content made;
  made.message_id = message.message_id;
  made.sent_at = message.sent_at;
  made.recipient = message.conversation;
  made.seq = message.seq;
  made.own_list = own_list(lent.own);
  if (const auto peer = store::peers::load(in, message.conversation)) {
    made.view = wire::ListView{.order = peer->held.list.order, .list_hash = peer->held.list_hash};
  }
  if (record.is_pending()) {
    made.seq_start = store::sessions::first_seq(in, device.account_id, device.number, message.seq);
  }
  if (wants_introduction(in, lent.own, device, record)) {
    made.introduction = lent.own.introduction;
    made.claimed_name = lent.own.user_name;
  }
  // In every message: whoever answers a first one by name has no pending session, and would give none otherwise.
  made.reply_permit = store::permits::given_to(in, device.account_id);
  made.body = wire::Text{message.body};
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

Problem session_problem(protocol::Error error) { return refused("the message can't be encrypted: " + to_text(error)); }

Result<Addressed> encrypt_for(store::Transaction& in, const Lent& lent, const store::Message& message,
                              const store::PeerDevice& device) {
  const auto record = load_record(in, device.account_id, device.number);
  if (!record) return session_problem(record.error());
  const base::Blob plaintext = wire::pad(content_for(in, lent, message, device, *record).serialize());
  const Operation operation(in, lent, device);
  const auto encrypted = protocol::encrypt(*record, plaintext, operation.context);
  if (!encrypted) return session_problem(encrypted.error());
  store::sessions::keep(in, device.account_id, device.number, encrypted->record.serialize().expose());
  auto envelope = sealing::seal(in, lent, *encrypted, device.identity_key);
  if (!envelope) return session_problem(envelope.error());
  return Addressed{
      .mailbox_id = device.mailbox_id, .registration_id = device.registration_id, .envelope = *std::move(envelope)};
}

bool can_send(store::Transaction& in, const store::PeerDevice& device, base::Timestamp now) {
  const auto record = load_record(in, device.account_id, device.number);
  return record && record->can_send(static_cast<std::uint64_t>(now.ms));
}

Result<protocol::PreKeyBundle> bundle_of(const wire::DeviceBundle& from) {
  const auto signed_key = crypto::PublicKey::parse(from.signed_prekey.key);
  const auto kyber_key = crypto::KyberPublicKey::parse(from.kyber.key);
  if (!signed_key || !kyber_key) return refused("the server's prekeys for this contact are malformed");
  protocol::PreKeyBundle made{.registration_id = protocol::RegistrationId(from.registration_id.value),
                              .device_id = protocol::DeviceId(from.number.value),
                              .identity_key = from.identity_key,
                              .signed_prekey = {.id = protocol::SignedPreKeyId(from.signed_prekey.id),
                                                .key = *signed_key,
                                                .signature = base::blob(from.signed_prekey.signature)},
                              .kyber_prekey = {.id = protocol::KyberPreKeyId(from.kyber.id),
                                               .key = *kyber_key,
                                               .signature = base::blob(from.kyber.signature)},
                              .one_time_prekey = std::nullopt};
  if (from.one_time) {
    const auto key = crypto::PublicKey::parse(from.one_time->key);
    if (!key) return refused("the server's prekeys for this contact are malformed");
    made.one_time_prekey = {.id = protocol::PreKeyId(from.one_time->id), .key = *key};
  }
  return made;
}

Result<void> start_session(store::Transaction& in, const Lent& lent, const store::PeerDevice& device,
                           const wire::DeviceBundle& from) {
  TRY(const protocol::PreKeyBundle bundle, bundle_of(from));
  const auto record = load_record(in, device.account_id, device.number);
  const Operation operation(in, lent, device);
  const auto started = protocol::start_session(record ? *record : protocol::Record(), bundle, operation.context);
  if (!started) return refused("no session with this contact can be made: " + to_text(started.error()));
  store::sessions::keep(in, device.account_id, device.number, started->serialize().expose());
  store::sessions::forget_first_seq(in, device.account_id, device.number);
  return {};
}

}  // namespace

Result<store::Message> enqueue(store::Transaction& in, const Lent& lent, const wire::AccountId& recipient,
                               std::string text) {
  if (text.size() > wire::max_text) {
    return refused("the text has " + std::to_string(text.size()) + " bytes; at most 1 MiB (1048576) can be sent");
  }
  if (text.empty()) return refused("there is no text to send");
  if (!wire::is_utf8(text)) return refused("the text is not valid UTF-8; convert it first, for example with iconv");
  store::Message message{.id = 0,
                         .conversation = recipient,
                         .sender = lent.own.account_id,
                         .device = lent.own.device,
                         .message_id = lent.random.bytes<16>(),
                         .is_outgoing = true,
                         .body = std::move(text),
                         .seq = store::messages::next_seq(in, recipient),
                         .sent_at = store::own_account::next_sent_at(in, lent.now),
                         .received_at = {},
                         .state = store::State::queued,
                         .reason = {}};
  message.id = store::messages::keep(in, message);
  return message;
}

Result<Encryption> encrypt(store::Transaction& in, const Lent& lent, const store::Message& message) {
  if (auto kept = store::outbox::load(in, message.id))
    return Encryption{.need = Need::nothing, .request = *std::move(kept)};
  const auto peer = store::peers::load(in, message.conversation);
  if (!peer) return Encryption{.need = Need::introduction, .request = {}};
  const auto has_session = [&](const store::PeerDevice& device) { return can_send(in, device, lent.now); };
  if (!std::ranges::all_of(peer->devices, has_session)) return Encryption{.need = Need::sessions, .request = {}};

  if (!store::permits::given_to(in, message.conversation)) return Encryption{.need = Need::permit, .request = {}};

  std::vector<Addressed> items;
  for (const store::PeerDevice& device : peer->devices) {
    TRY(Addressed item, encrypt_for(in, lent, message, device));
    items.push_back(std::move(item));
  }
  base::Blob request = send_request(lent.random.bytes<16>(), message.conversation, items);
  store::outbox::keep(in, message.id, request);
  store::messages::set_state(in, message.id, store::State::encrypted);
  return Encryption{.need = Need::nothing, .request = std::move(request)};
}

Result<void> start_sessions(store::Transaction& in, const Lent& lent, const wire::AccountId& recipient,
                            const std::vector<wire::DeviceBundle>& bundles) {
  const auto peer = store::peers::load(in, recipient);
  if (!peer) return refused("nothing is known about this contact yet");
  for (const store::PeerDevice& device : peer->devices) {
    if (can_send(in, device, lent.now)) continue;
    const auto bundle = std::ranges::find(bundles, device.number, &wire::DeviceBundle::number);
    if (bundle == bundles.end()) return refused("the server has no prekeys for a device of this contact");
    TRY_VOID(start_session(in, lent, device, *bundle));
  }
  return {};
}

}  // namespace sotto::client::outbox
