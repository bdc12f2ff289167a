/**
 * libsotto-protocol for C++20: the C interface of sotto_protocol.h with handles that free themselves, vectors instead
 * of buffers, and results instead of out-parameters. Header only, so there is one binary interface. What an operation
 * does, when it fails and what must be kept is said there; nothing here throws but std::bad_alloc.
 */
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sotto_protocol.h"

namespace sotto {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;
using Status = sotto_status;
using PublicKey = std::array<std::uint8_t, SOTTO_PUBLIC_KEY_SIZE>;
using PrivateKey = std::array<std::uint8_t, SOTTO_PRIVATE_KEY_SIZE>;
using Signature = std::array<std::uint8_t, SOTTO_SIGNATURE_SIZE>;
using Uuid = std::array<std::uint8_t, SOTTO_UUID_SIZE>;
using Secret = std::array<std::uint8_t, 32>;
using MessageType = sotto_message_type;

/** The bytes of a text, borrowed. */
inline View view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/** One line in English. */
inline std::string_view text_of(Status status) { return sotto_status_text(status); }

/** A value, or the status that stood in its way. To drop one is a warning. */
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}
  Result(Status status) : outcome_(std::in_place_index<1>, status) {}

  explicit operator bool() const noexcept { return outcome_.index() == 0; }
  /** SOTTO_OK if there is a value. */
  Status status() const noexcept { return *this ? SOTTO_OK : *std::get_if<1>(&outcome_); }
  /** Only if there is a value. */
  T& operator*() & noexcept { return *std::get_if<0>(&outcome_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&outcome_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&outcome_)); }
  T* operator->() noexcept { return std::get_if<0>(&outcome_); }
  const T* operator->() const noexcept { return std::get_if<0>(&outcome_); }

 private:
  std::variant<T, Status> outcome_;
};

/** Random bytes: by default the system's. A source of the caller's must outlive the calls that use it. */
using Random = const sotto_random*;

/** \cond internal */
namespace detail {

inline sotto_view c_view(View bytes) noexcept { return {bytes.data(), bytes.size()}; }

template <auto Free>
struct Deleter {
  void operator()(auto* handle) const noexcept { Free(handle); }
};
template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

// Calls with a buffer of a likely size, and once more if that was too small: nothing has happened then.
template <class Call>
Result<Bytes> filled(std::size_t likely, Call call) {
  Bytes bytes(likely);
  sotto_buffer buffer{bytes.data(), bytes.size(), 0};
  Status status = call(&buffer);
  if (status == SOTTO_BUFFER_TOO_SMALL) {
    bytes.resize(buffer.size);
    buffer = {bytes.data(), bytes.size(), 0};
    status = call(&buffer);
  }
  if (status != SOTTO_OK) return status;
  bytes.resize(buffer.size);
  return bytes;
}

}  // namespace detail
/** \endcond */

/** Checks that the library works here; once, before anything else. */
inline Status start() { return sotto_start(); }

/** Whether the key made the signature of the message: SOTTO_OK if so. */
inline Status verify(View public_key, View message, View signature) {
  return sotto_verify(detail::c_view(public_key), detail::c_view(message), detail::c_view(signature));
}

/** A Curve25519 key pair: an identity, or any other. */
class KeyPair {
 public:
  static Result<KeyPair> generate(Random random = nullptr) {
    sotto_key_pair* made = nullptr;
    const Status status = sotto_key_pair_generate(random, &made);
    if (status != SOTTO_OK) return status;
    return KeyPair(made);
  }
  static Result<KeyPair> from_private(View private_key) {
    sotto_key_pair* made = nullptr;
    const Status status = sotto_key_pair_from_private(detail::c_view(private_key), &made);
    if (status != SOTTO_OK) return status;
    return KeyPair(made);
  }

  /** Secret: to be stored encrypted and wiped after use. */
  PrivateKey private_key() const {
    PrivateKey key;
    sotto_key_pair_private(get(), key.data());
    return key;
  }
  PublicKey public_key() const {
    PublicKey key;
    sotto_key_pair_public(get(), key.data());
    return key;
  }
  Result<Signature> sign(View message, Random random = nullptr) const {
    Signature signature;
    const Status status = sotto_sign(get(), detail::c_view(message), random, signature.data());
    if (status != SOTTO_OK) return status;
    return signature;
  }
  Result<Secret> agree(View public_key) const {
    Secret secret;
    const Status status = sotto_agree(get(), detail::c_view(public_key), secret.data());
    if (status != SOTTO_OK) return status;
    return secret;
  }
  Result<Signature> sign_alternate_identity(View other, Random random = nullptr) const {
    Signature signature;
    const Status status = sotto_sign_alternate_identity(get(), detail::c_view(other), random, signature.data());
    if (status != SOTTO_OK) return status;
    return signature;
  }
  const sotto_key_pair* get() const noexcept { return handle_.get(); }

 private:
  explicit KeyPair(sotto_key_pair* made) : handle_(made) {}
  detail::Handle<sotto_key_pair, sotto_key_pair_free> handle_;
};

inline Status verify_alternate_identity(View public_key, View other, View signature) {
  return sotto_verify_alternate_identity(detail::c_view(public_key), detail::c_view(other), detail::c_view(signature));
}

// ---------------------------------------------------------------- prekeys

/** A one-time prekey: what is kept, and what is published. */
struct OneTimePreKey {
  std::uint32_t id;
  Bytes record;  ///< holds the private half
  PublicKey public_key;
};
struct SignedPreKey {
  std::uint32_t id;
  Bytes record;
  PublicKey public_key;
  Signature signature;
};
struct KyberPreKey {
  std::uint32_t id;
  Bytes record;
  Bytes public_key;
  Signature signature;
};

inline Result<OneTimePreKey> make_one_time_prekey(std::uint32_t id, Random random = nullptr) {
  OneTimePreKey made{id, {}, {}};
  auto record = detail::filled(
      256, [&](sotto_buffer* to) { return sotto_one_time_prekey_generate(id, random, to, made.public_key.data()); });
  if (!record) return record.status();
  made.record = *std::move(record);
  return made;
}
inline Result<SignedPreKey> make_signed_prekey(std::uint32_t id, const KeyPair& identity, std::uint64_t created_ms,
                                               Random random = nullptr) {
  SignedPreKey made{id, {}, {}, {}};
  auto record = detail::filled(512, [&](sotto_buffer* to) {
    return sotto_signed_prekey_generate(id, identity.get(), created_ms, random, to, made.public_key.data(),
                                        made.signature.data());
  });
  if (!record) return record.status();
  made.record = *std::move(record);
  return made;
}
inline Result<KyberPreKey> make_kyber_prekey(std::uint32_t id, const KeyPair& identity, std::uint64_t created_ms,
                                             Random random = nullptr) {
  KyberPreKey made{id, {}, Bytes(SOTTO_KYBER_PUBLIC_KEY_SIZE), {}};
  auto record = detail::filled(4'096, [&](sotto_buffer* to) {
    return sotto_kyber_prekey_generate(id, identity.get(), created_ms, random, to, made.public_key.data(),
                                       made.signature.data());
  });
  if (!record) return record.status();
  made.record = *std::move(record);
  return made;
}

/** What one device publishes. The views are borrowed: the keys must live as long as this. */
inline sotto_prekey_bundle bundle_of(std::uint32_t registration_id, std::uint8_t device_id, const PublicKey& identity,
                                     const SignedPreKey& signed_prekey, const KyberPreKey& kyber_prekey,
                                     const OneTimePreKey* one_time = nullptr) {
  sotto_prekey_bundle bundle{};
  bundle.registration_id = registration_id;
  bundle.device_id = device_id;
  bundle.identity_key = detail::c_view(identity);
  bundle.signed_prekey_id = signed_prekey.id;
  bundle.signed_prekey = detail::c_view(signed_prekey.public_key);
  bundle.signed_prekey_signature = detail::c_view(signed_prekey.signature);
  bundle.kyber_prekey_id = kyber_prekey.id;
  bundle.kyber_prekey = detail::c_view(kyber_prekey.public_key);
  bundle.kyber_prekey_signature = detail::c_view(kyber_prekey.signature);
  if (one_time != nullptr) {
    bundle.one_time_prekey_id = one_time->id;
    bundle.one_time_prekey = detail::c_view(one_time->public_key);
  }
  return bundle;
}

// ---------------------------------------------------------------- sessions

struct Address {
  std::string name;
  std::uint8_t device_id = 1;
  /** Borrowed: valid as long as this lives and is not changed. */
  sotto_address c() const noexcept { return {name.c_str(), device_id}; }
};

/** Everything around one operation of a session. The references are borrowed. */
struct Context {
  const KeyPair& identity;
  std::uint32_t registration_id;
  const Address& local;
  const Address& remote;
  View known_identity =
      {};  ///< of the remote; empty: whatever comes is accepted, and the caller decides before it commits
  std::uint64_t now_ms = 0;  ///< milliseconds since 1970; asked by start and encrypt
  Random random = nullptr;

  sotto_context c() const noexcept {
    return {identity.get(), registration_id, local.c(), remote.c(), detail::c_view(known_identity), now_ms, random};
  }
};

/** What a prekey message names: fetch those keys, then decrypt. */
inline Result<sotto_prekey_names> read_prekey_message(View message) {
  sotto_prekey_names names{};
  const Status status = sotto_prekey_message_read(detail::c_view(message), &names);
  if (status != SOTTO_OK) return status;
  return names;
}

struct Encrypted;
struct Decrypted;

/** All sessions with one device. No function changes one; each gives the record to keep instead. */
class Session {
 public:
  /** A record without sessions. */
  Session() = default;
  static Result<Session> parse(View bytes) {
    sotto_session* parsed = nullptr;
    const Status status = sotto_session_parse(detail::c_view(bytes), &parsed);
    if (status != SOTTO_OK) return status;
    return Session(parsed);
  }
  /** Secret: to be stored encrypted. */
  Result<Bytes> serialize() const {
    return detail::filled(4'096, [&](sotto_buffer* to) { return sotto_session_serialize(get(), to); });
  }

  Result<Session> start(const sotto_prekey_bundle& bundle, const Context& context) const {
    const sotto_context around = context.c();
    sotto_session* after = nullptr;
    const Status status = sotto_session_start(get(), &bundle, &around, &after);
    if (status != SOTTO_OK) return status;
    return Session(after);
  }
  Result<Session> archive() const {
    sotto_session* after = nullptr;
    const Status status = sotto_session_archive(get(), &after);
    if (status != SOTTO_OK) return status;
    return Session(after);
  }
  Result<Encrypted> encrypt(View plaintext, const Context& context) const;
  /** A message of type SOTTO_MESSAGE_SIGNAL. */
  Result<Decrypted> decrypt(View message, const Context& context) const;
  /** A message of type SOTTO_MESSAGE_PREKEY, with the records of the prekeys that it names. */
  Result<Decrypted> decrypt_prekey(View message, const sotto_prekey_records& prekeys, const Context& context) const;

  bool can_send(std::uint64_t now_ms) const { return sotto_session_can_send(get(), now_ms) != 0; }
  bool is_pending() const { return sotto_session_is_pending(get()) != 0; }
  Result<PublicKey> remote_identity() const {
    PublicKey key;
    const Status status = sotto_session_remote_identity(get(), key.data());
    if (status != SOTTO_OK) return status;
    return key;
  }
  Result<std::uint32_t> remote_registration_id() const {
    std::uint32_t id = 0;
    const Status status = sotto_session_remote_registration_id(get(), &id);
    if (status != SOTTO_OK) return status;
    return id;
  }
  bool current_ratchet_key_matches(View ratchet_key) const {
    return sotto_session_current_ratchet_key_matches(get(), detail::c_view(ratchet_key)) != 0;
  }
  const sotto_session* get() const noexcept { return handle_.get(); }

 private:
  explicit Session(sotto_session* handle) : handle_(handle) {}
  detail::Handle<sotto_session, sotto_session_free> handle_;
};

struct Encrypted {
  Session after;  ///< to be kept before `message` leaves
  MessageType type;
  Bytes message;
};
struct Decrypted {
  Session after;  ///< to be kept before the message is acknowledged
  Bytes plaintext;
  bool began_session = false;  ///< then the prekeys are used up: see sotto_session_decrypt_prekey
};

inline Result<Encrypted> Session::encrypt(View plaintext, const Context& context) const {
  const sotto_context around = context.c();
  sotto_session* after = nullptr;
  MessageType type{};
  auto message = detail::filled(plaintext.size() + 2'560, [&](sotto_buffer* to) {
    return sotto_session_encrypt(get(), detail::c_view(plaintext), &around, &after, &type, to);
  });
  if (!message) return message.status();
  return Encrypted{Session(after), type, *std::move(message)};
}
inline Result<Decrypted> Session::decrypt(View message, const Context& context) const {
  const sotto_context around = context.c();
  sotto_session* after = nullptr;
  auto plaintext = detail::filled(message.size(), [&](sotto_buffer* to) {
    return sotto_session_decrypt(get(), detail::c_view(message), &around, &after, to);
  });
  if (!plaintext) return plaintext.status();
  return Decrypted{Session(after), *std::move(plaintext), false};
}
inline Result<Decrypted> Session::decrypt_prekey(View message, const sotto_prekey_records& prekeys,
                                                 const Context& context) const {
  const sotto_context around = context.c();
  sotto_session* after = nullptr;
  int began_session = 0;
  auto plaintext = detail::filled(message.size(), [&](sotto_buffer* to) {
    return sotto_session_decrypt_prekey(get(), detail::c_view(message), &prekeys, &around, &after, to, &began_session);
  });
  if (!plaintext) return plaintext.status();
  return Decrypted{Session(after), *std::move(plaintext), began_session != 0};
}

// ---------------------------------------------------------------- groups

/** Which record a distribution message belongs to; which one a sender-key message. */
inline Result<Uuid> distribution_message_id(View message) {
  Uuid id;
  const Status status = sotto_distribution_message_id(detail::c_view(message), id.data());
  if (status != SOTTO_OK) return status;
  return id;
}
inline Result<Uuid> sender_key_message_id(View message) {
  Uuid id;
  const Status status = sotto_sender_key_message_id(detail::c_view(message), id.data());
  if (status != SOTTO_OK) return status;
  return id;
}

struct SenderKeyMessage;
struct SenderKeyPlaintext;

/** The chains of one sender in one group. */
class SenderKey {
 public:
  /** A record without chains. */
  SenderKey() = default;
  static Result<SenderKey> parse(View bytes) {
    sotto_sender_key* parsed = nullptr;
    const Status status = sotto_sender_key_parse(detail::c_view(bytes), &parsed);
    if (status != SOTTO_OK) return status;
    return SenderKey(parsed);
  }
  /** Secret: to be stored encrypted. */
  Result<Bytes> serialize() const {
    return detail::filled(512, [&](sotto_buffer* to) { return sotto_sender_key_serialize(get(), to); });
  }

  /** What each member is sent, inside a pairwise session. */
  Result<SenderKeyMessage> distribute(const Uuid& distribution_id, Random random = nullptr) const;
  Result<SenderKey> accept(View distribution_message) const {
    sotto_sender_key* after = nullptr;
    const Status status = sotto_sender_key_accept(get(), detail::c_view(distribution_message), &after);
    if (status != SOTTO_OK) return status;
    return SenderKey(after);
  }
  Result<SenderKeyMessage> encrypt(const Uuid& distribution_id, View plaintext, Random random = nullptr) const;
  Result<SenderKeyPlaintext> decrypt(View message) const;
  const sotto_sender_key* get() const noexcept { return handle_.get(); }

 private:
  explicit SenderKey(sotto_sender_key* handle) : handle_(handle) {}
  detail::Handle<sotto_sender_key, sotto_sender_key_free> handle_;
};

struct SenderKeyMessage {
  SenderKey after;
  Bytes message;
};
struct SenderKeyPlaintext {
  SenderKey after;
  Bytes plaintext;
};

inline Result<SenderKeyMessage> SenderKey::distribute(const Uuid& distribution_id, Random random) const {
  sotto_sender_key* after = nullptr;
  auto message = detail::filled(256, [&](sotto_buffer* to) {
    return sotto_sender_key_distribute(get(), distribution_id.data(), random, &after, to);
  });
  if (!message) return message.status();
  return SenderKeyMessage{SenderKey(after), *std::move(message)};
}
inline Result<SenderKeyMessage> SenderKey::encrypt(const Uuid& distribution_id, View plaintext, Random random) const {
  sotto_sender_key* after = nullptr;
  auto message = detail::filled(plaintext.size() + 256, [&](sotto_buffer* to) {
    return sotto_sender_key_encrypt(get(), distribution_id.data(), detail::c_view(plaintext), random, &after, to);
  });
  if (!message) return message.status();
  return SenderKeyMessage{SenderKey(after), *std::move(message)};
}
inline Result<SenderKeyPlaintext> SenderKey::decrypt(View message) const {
  sotto_sender_key* after = nullptr;
  auto plaintext = detail::filled(message.size(), [&](sotto_buffer* to) {
    return sotto_sender_key_decrypt(get(), detail::c_view(message), &after, to);
  });
  if (!plaintext) return plaintext.status();
  return SenderKeyPlaintext{SenderKey(after), *std::move(plaintext)};
}

// ---------------------------------------------------------------- sealed sender

inline Result<Bytes> issue_server_certificate(std::uint32_t id, View server_key, const KeyPair& trust_root,
                                              Random random = nullptr) {
  return detail::filled(512, [&](sotto_buffer* to) {
    return sotto_server_certificate_issue(id, detail::c_view(server_key), trust_root.get(), random, to);
  });
}
inline Result<Bytes> issue_sender_certificate(const Address& sender, View identity_key, std::uint64_t expires_ms,
                                              View server_certificate, const KeyPair& server, Random random = nullptr,
                                              const char* phone_number = nullptr) {
  const sotto_certified subject{sender.name.c_str(), sender.device_id, detail::c_view(identity_key), phone_number};
  return detail::filled(1'024, [&](sotto_buffer* to) {
    return sotto_sender_certificate_issue(&subject, expires_ms, detail::c_view(server_certificate), server.get(),
                                          random, to);
  });
}

/** What is inside a sealed message: a message of some type, and a certificate that says who sent it. */
struct SealedContent {
  MessageType type;
  View sender_certificate;
  View message;
  std::uint32_t hint = SOTTO_HINT_DEFAULT;
  View group_id = {};

  Result<Bytes> serialize() const {
    const sotto_sealed_content content{type, detail::c_view(sender_certificate), detail::c_view(message), hint,
                                       detail::c_view(group_id)};
    return detail::filled(message.size() + 1'024,
                          [&](sotto_buffer* to) { return sotto_sealed_content_serialize(&content, to); });
  }
};

/** Version 1, to one device. `agreement`: sender.agree(recipient), if the caller kept it. */
inline Result<Bytes> seal(View content, const KeyPair& sender, View recipient_identity, View agreement = {},
                          Random random = nullptr) {
  return detail::filled(content.size() + 256, [&](sotto_buffer* to) {
    return sotto_seal(detail::c_view(content), sender.get(), detail::c_view(recipient_identity),
                      detail::c_view(agreement), random, to);
  });
}

struct SealedForMany {
  Bytes message;                       ///< the sent form: uploaded once, split by the server
  std::vector<std::uint8_t> left_out;  ///< one for each recipient: 1 if its seal failed
};
/** Version 2, to any number. `excluded`: service ids of 17 bytes, one after the other. */
inline Result<SealedForMany> seal_for_many(View content, const KeyPair& sender,
                                           std::span<const sotto_sealed_recipient> recipients, View excluded = {},
                                           Random random = nullptr) {
  SealedForMany made{{}, std::vector<std::uint8_t>(recipients.size())};
  auto message = detail::filled(content.size() + 128 + recipients.size() * 96, [&](sotto_buffer* to) {
    return sotto_seal_for_many(detail::c_view(content), sender.get(), recipients.data(), recipients.size(),
                               excluded.data(), excluded.size() / 17, random, to, made.left_out.data());
  });
  if (!message) return message.status();
  made.message = *std::move(message);
  return made;
}

/** An opened message; nothing in it may be believed before verify() has said SOTTO_OK. */
class Opened {
 public:
  static Result<Opened> open(View message, const KeyPair& local, std::span<const sotto_known_agreement> known = {}) {
    sotto_opened* opened = nullptr;
    const Status status = sotto_open_sealed(detail::c_view(message), local.get(), known.data(), known.size(), &opened);
    if (status != SOTTO_OK) return status;
    return Opened(opened);
  }
  /** By everything that can be known: sotto_reception also has servers known by number and a phone number of ours. */
  Status verify(const sotto_reception& reception) const { return sotto_opened_verify(get(), &reception); }
  /** By trust roots alone. */
  Status verify(std::span<const PublicKey> trust_roots, std::uint64_t now_ms, const Address& local) const {
    sotto_reception reception{};
    reception.trust_roots = trust_roots.empty() ? nullptr : trust_roots.front().data();
    reception.trust_root_count = trust_roots.size();
    reception.now_ms = now_ms;
    reception.local = local.c();
    return verify(reception);
  }

  Address sender() const {
    const sotto_address address = sotto_opened_sender(get());
    return {address.name, address.device_id};
  }
  PublicKey identity() const {
    PublicKey key;
    sotto_opened_identity(get(), key.data());
    return key;
  }
  std::optional<std::string> phone_number() const {
    const char* number = sotto_opened_phone_number(get());
    return number == nullptr ? std::nullopt : std::optional<std::string>(number);
  }
  std::uint64_t expires_ms() const { return sotto_opened_expires_ms(get()); }
  MessageType type() const { return sotto_opened_type(get()); }
  std::uint32_t hint() const { return sotto_opened_hint(get()); }
  /** Borrowed: valid as long as this lives. */
  View message() const { return viewed(sotto_opened_message(get())); }
  View group_id() const { return viewed(sotto_opened_group_id(get())); }
  const sotto_opened* get() const noexcept { return handle_.get(); }

 private:
  explicit Opened(sotto_opened* handle) : handle_(handle) {}
  static View viewed(sotto_view bytes) { return {bytes.data, bytes.size}; }
  detail::Handle<sotto_opened, sotto_opened_free> handle_;
};

/** An upload in the sent form, as a server splits it. */
class SentMessage {
 public:
  struct Device {
    std::uint8_t id;
    std::uint32_t registration_id;
  };
  struct Recipient {
    std::array<std::uint8_t, 17> service_id;
    std::vector<Device> devices;  ///< none: named as excluded
  };

  static Result<SentMessage> parse(View bytes) {
    sotto_sent_message* parsed = nullptr;
    const Status status = sotto_sent_message_parse(detail::c_view(bytes), &parsed);
    if (status != SOTTO_OK) return status;
    return SentMessage(parsed);
  }
  bool has_repeated_recipients() const { return sotto_sent_message_has_repeated_recipients(get()) != 0; }
  std::size_t recipient_count() const { return sotto_sent_message_recipient_count(get()); }
  Result<Recipient> recipient(std::size_t index) const {
    Recipient found{};
    std::size_t count = 0;
    const Status status = sotto_sent_message_recipient(get(), index, found.service_id.data(), &count);
    if (status != SOTTO_OK) return status;
    found.devices.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      Device& device = found.devices[i];
      const Status read = sotto_sent_message_device(get(), index, i, &device.id, &device.registration_id);
      if (read != SOTTO_OK) return read;
    }
    return found;
  }
  Result<Bytes> received_by(std::size_t index) const {
    return detail::filled(4'096, [&](sotto_buffer* to) { return sotto_sent_message_received_by(get(), index, to); });
  }
  const sotto_sent_message* get() const noexcept { return handle_.get(); }

 private:
  explicit SentMessage(sotto_sent_message* handle) : handle_(handle) {}
  detail::Handle<sotto_sent_message, sotto_sent_message_free> handle_;
};

// ---------------------------------------------------------------- safety numbers, decryption errors

struct Fingerprint {
  std::string digits;  ///< 60, the same at both ends
  Bytes scannable;     ///< for a QR code
};
inline Result<Fingerprint> fingerprint(View local_identifier, View local_key, View remote_identifier, View remote_key,
                                       std::uint32_t version = 2, std::uint32_t iterations = 5'200) {
  const sotto_fingerprint_end local{detail::c_view(local_identifier), detail::c_view(local_key)};
  const sotto_fingerprint_end remote{detail::c_view(remote_identifier), detail::c_view(remote_key)};
  std::array<char, 61> digits{};
  auto scannable = detail::filled(128, [&](sotto_buffer* to) {
    return sotto_fingerprint(&local, &remote, version, iterations, digits.data(), to);
  });
  if (!scannable) return scannable.status();
  return Fingerprint{digits.data(), *std::move(scannable)};
}
/** Whether what was scanned is the mirror image of ours. */
inline Result<bool> matches_scanned(View ours, View scanned) {
  int matches = 0;
  const Status status = sotto_fingerprint_compare(detail::c_view(ours), detail::c_view(scanned), &matches);
  if (status != SOTTO_OK) return status;
  return matches != 0;
}

/** The plaintext content that tells a sender that its message could not be decrypted. */
inline Result<Bytes> make_decryption_error(MessageType type, View original, std::uint64_t timestamp_ms,
                                           std::uint32_t device_id) {
  return detail::filled(256, [&](sotto_buffer* to) {
    return sotto_decryption_error_make(type, detail::c_view(original), timestamp_ms, device_id, to);
  });
}
inline Result<sotto_decryption_error> read_decryption_error(View plaintext_content) {
  sotto_decryption_error error{};
  const Status status = sotto_decryption_error_read(detail::c_view(plaintext_content), &error);
  if (status != SOTTO_OK) return status;
  return error;
}

}  // namespace sotto
