#include "relay/sent_message.hpp"

#include <map>
#include <optional>

#include "base/check.hpp"

namespace sotto::relay {
namespace {

constexpr std::uint8_t with_uuids = 0x22, with_service_ids = 0x23, received_form = 0x22;  // §8.5
constexpr std::size_t ephemeral_size = 32;
constexpr std::uint8_t max_device = 127, last_kind = 0x01;
constexpr std::uint16_t another_follows = 0x8000, registration_id_bits = 0x3fff;

class Reader {
 public:
  explicit Reader(base::View bytes) : rest_(bytes) {}

  template <std::size_t N>
  std::optional<base::Bytes<N>> bytes() {
    if (rest_.size() < N) return std::nullopt;
    const auto taken = base::fixed<N>(rest_.first(N));
    rest_ = rest_.subspan(N);
    return taken;
  }
  std::optional<std::uint8_t> byte() {
    const auto one = bytes<1>();
    return one ? std::optional((*one)[0]) : std::nullopt;
  }
  // Minimal spelling only; numbers beyond 63 bits count nothing that could follow.
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      const auto one = byte();
      if (!one) return std::nullopt;
      value |= static_cast<std::uint64_t>(*one & 0x7f) << shift;
      if (*one < 0x80) return *one == 0 && shift > 0 ? std::nullopt : std::optional(value);
    }
    return std::nullopt;
  }
  base::View rest() const { return rest_; }

 private:
  base::View rest_;
};

std::optional<base::Bytes<17>> read_service_id(Reader& from, std::uint8_t version) {
  if (version == with_service_ids) {
    const auto id = from.bytes<17>();
    return id && (*id)[0] <= last_kind ? id : std::nullopt;
  }
  const auto uuid = from.bytes<16>();
  if (!uuid) return std::nullopt;
  base::Bytes<17> id{};  // kind 0: an ACI
  std::ranges::copy(*uuid, id.begin() + 1);
  return id;
}

// A zero in the first device's place marks an excluded recipient; later it means nothing.
std::optional<std::vector<SentMessage::Device>> read_devices(Reader& from) {
  std::vector<SentMessage::Device> devices;
  for (;;) {
    const auto device = from.byte();
    if (!device || *device > max_device) return std::nullopt;
    if (*device == 0) return devices.empty() ? std::optional(devices) : std::nullopt;
    const auto rest = from.bytes<2>();
    if (!rest) return std::nullopt;
    const auto word = static_cast<std::uint16_t>((*rest)[0] << 8 | (*rest)[1]);
    devices.push_back({*device, static_cast<std::uint16_t>(word & registration_id_bits)});
    if ((word & another_follows) == 0) return devices;
  }
}

std::optional<SentMessage::Recipient> read_entry(Reader& from, std::uint8_t version) {
  const auto id = read_service_id(from, version);
  if (!id) return std::nullopt;
  auto devices = read_devices(from);
  if (!devices) return std::nullopt;
  SentMessage::Recipient recipient{*id, *std::move(devices), {}};
  if (recipient.is_excluded()) return recipient;
  const auto key_and_tag = from.bytes<48>();
  if (!key_and_tag) return std::nullopt;
  recipient.key_and_tag = *key_and_tag;
  return recipient;
}

}  // namespace

Result<SentMessage> SentMessage::parse(base::View bytes) {
  Reader from(bytes);
  const auto version = from.byte();
  if (version != with_uuids && version != with_service_ids) return Error::invalid_protobuf;
  const auto count = from.varint();
  if (!count) return Error::invalid_protobuf;

  SentMessage message;
  std::map<base::Bytes<17>, std::size_t> places;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto entry = read_entry(from, *version);
    if (!entry) return Error::invalid_protobuf;
    ++message.entries;
    const auto [known, is_new] = places.emplace(entry->service_id, message.recipients.size());
    if (is_new) {
      message.recipients.push_back(*std::move(entry));
      continue;
    }
    Recipient& first = message.recipients[known->second];
    if (first.is_excluded() || entry->is_excluded()) return Error::excluded_twice;
    first.devices.insert(first.devices.end(), entry->devices.begin(), entry->devices.end());
  }
  if (from.rest().size() < ephemeral_size) return Error::invalid_protobuf;
  message.shared = base::blob(from.rest());
  return message;
}

base::Blob SentMessage::received_by(const Recipient& recipient) const {
  return base::concat({head_for(recipient), shared});
}

base::Blob SentMessage::head_for(const Recipient& recipient) const {
  CHECK(!recipient.is_excluded());
  return base::concat({base::Bytes<1>{received_form}, recipient.key_and_tag});
}

}  // namespace sotto::relay
