#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "sotto/sotto_protocol.h"

namespace sotto::test {

using Blob = std::vector<std::uint8_t>;

inline sotto_view view(const Blob& bytes) { return {bytes.data(), bytes.size()}; }
template <std::size_t N>
sotto_view view(const std::uint8_t (&bytes)[N]) {
  return {bytes, N};
}
inline Blob blob(std::string_view text) { return Blob(text.begin(), text.end()); }
inline Blob blob(sotto_view bytes) { return Blob(bytes.data, bytes.data + bytes.size); }

template <auto free>
struct FreedBy {
  void operator()(auto* handle) const { free(handle); }
};
using KeyPair = std::unique_ptr<sotto_key_pair, FreedBy<sotto_key_pair_free>>;
using Session = std::unique_ptr<sotto_session, FreedBy<sotto_session_free>>;
using SenderKey = std::unique_ptr<sotto_sender_key, FreedBy<sotto_sender_key_free>>;
using Opened = std::unique_ptr<sotto_opened, FreedBy<sotto_opened_free>>;
using SentMessage = std::unique_ptr<sotto_sent_message, FreedBy<sotto_sent_message_free>>;

/// What T** parameters write to. It owns what was written.
template <class Owner>
class Out {
 public:
  explicit Out(Owner& owner) : owner_(owner) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  ~Out() {
    if (raw_ != nullptr) owner_.reset(raw_);
  }
  operator typename Owner::pointer *() { return &raw_; }

 private:
  Owner& owner_;
  typename Owner::pointer raw_ = nullptr;
};

/// Room for an output, filled with a pattern that shows whether anything was written.
class Room {
 public:
  static constexpr std::uint8_t untouched = 0xEE;
  explicit Room(std::size_t capacity = 16'384) : bytes_(capacity, untouched), raw_{bytes_.data(), capacity, 0} {}
  operator sotto_buffer*() { return &raw_; }
  std::size_t size() const { return raw_.size; }
  Blob taken() const { return Blob(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(raw_.size)); }
  bool is_untouched_behind() const {
    return std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(raw_.size), bytes_.end(),
                       [](std::uint8_t one) { return one == untouched; });
  }
  bool is_untouched() const { return bytes_ == Blob(bytes_.size(), untouched); }

 private:
  Blob bytes_;
  sotto_buffer raw_;
};

/// The bytes, with the type of the key in the first such field made one that is none.
Blob with_a_key_spoiled(Blob bytes, std::uint8_t field_tag);

struct Message {
  sotto_message_type type{};
  Blob bytes;
};

/// One device that does everything through the C interface, with one correspondent.
class Device {
 public:
  Device(std::string name, std::uint8_t device_id);

  sotto_context with(const Device& remote) const;
  sotto_address address() const { return {name_.c_str(), device_id_}; }
  sotto_prekey_bundle bundle() const;
  sotto_prekey_records prekeys() const { return {view(one_time_), view(signed_), view(kyber_)}; }
  Blob serialized() const;  // the session

  void meet(const Device& remote);
  Message send(const Device& remote, std::string_view text);
  sotto_status receive(const Device& remote, const Message& message, Blob& plaintext);

  KeyPair identity;
  Blob identity_key;
  Session session;
  std::uint64_t now_ms = 1'700'000'000'000;

 private:
  std::string name_;
  std::uint8_t device_id_;
  Blob one_time_, signed_, kyber_;
  std::uint8_t one_time_key_[SOTTO_PUBLIC_KEY_SIZE], signed_key_[SOTTO_PUBLIC_KEY_SIZE];
  std::uint8_t kyber_key_[SOTTO_KYBER_PUBLIC_KEY_SIZE];
  std::uint8_t signed_signature_[SOTTO_SIGNATURE_SIZE], kyber_signature_[SOTTO_SIGNATURE_SIZE];
};

KeyPair new_key_pair();
Blob public_key(const KeyPair& keys);

constexpr const char* ana_account = "6f1b4b0c-1111-4a6e-9d3c-000000000001";
constexpr const char* ben_account = "6f1b4b0c-2222-4a6e-9d3c-000000000002";

/// Two devices, of which Ana has started a session with Ben.
struct Pair {
  Device ana{ana_account, 1};
  Device ben{ben_account, 2};
  Pair() { ana.meet(ben); }
  void settle();  // one message each way
};

}  // namespace sotto::test
