#pragma once
// Taking protobuf messages apart, changing single fields, and putting them together again: what the mutators of the
// structured targets share.
#include <random>
#include <vector>

#include "base/random.hpp"
#include "relay/protobuf.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t room);

namespace sotto::fuzz {

using Luck = std::minstd_rand;
inline bool happens(Luck& luck, unsigned one_in) { return luck() % one_in == 0; }

struct Part {
  std::uint32_t number;
  bool is_bytes;
  std::uint64_t value;
  base::Blob bytes;
};

/// The fields in their order; fields of other wire types are left out, and so is what follows the first error.
inline std::vector<Part> take_apart(base::View message) {
  std::vector<Part> parts;
  protozero::pbf_reader reader(reinterpret_cast<const char*>(message.data()), message.size());
  try {
    while (reader.next()) {
      if (reader.has_wire_type(protozero::pbf_wire_type::varint)) {
        const std::uint32_t number = reader.tag();
        parts.push_back({number, false, reader.get_uint64(), {}});
      } else if (reader.has_wire_type(protozero::pbf_wire_type::length_delimited)) {
        const std::uint32_t number = reader.tag();
        const auto view = reader.get_view();
        parts.push_back({number, true, 0, base::blob(base::view({view.data(), view.size()}))});
      } else {
        reader.skip();
      }
    }
  } catch (const protozero::exception&) {
  }
  return parts;
}

inline base::Blob put_together(const std::vector<Part>& parts) {
  base::Blob message;
  relay::FieldWriter write(message);
  for (const Part& part : parts) {
    if (part.is_bytes) {
      write.bytes(part.number, part.bytes);
    } else {
      write.uint64(part.number, part.value);
    }
  }
  return message;
}

inline std::uint64_t edge(Luck& luck, std::uint64_t near) {
  static constexpr std::uint64_t edges[] = {0,           1,           2,           127,           128,    1'999,
                                            2'000,       24'999,      25'000,      25'001,        0x3fff, 0xffff,
                                            0x7fff'ffff, 0xffff'fffe, 0xffff'ffff, 0x1'0000'0000, ~0ull};
  switch (luck() % 3) {
    case 0:
      return near + luck() % 3;
    case 1:
      return near - luck() % 3;
    default:
      return edges[luck() % std::size(edges)];
  }
}

inline void mutate_bytes(base::Blob& bytes) {
  const std::size_t room = bytes.size() + 64;
  const std::size_t size = bytes.size();
  bytes.resize(room);
  bytes.resize(LLVMFuzzerMutate(bytes.data(), size, room));
}

/// One change: of a value, of bytes, of the order, of the number of times, or a field that nobody knows.
inline void mutate_fields(std::vector<Part>& parts, Luck& luck) {
  if (parts.empty()) return;
  const std::size_t at = luck() % parts.size();
  switch (luck() % 8) {
    case 0:
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      parts.push_back(Part(parts[at]));
      break;
    case 2:
      std::swap(parts[at], parts[luck() % parts.size()]);
      break;
    case 3:
      parts.push_back({static_cast<std::uint32_t>(1 + luck() % 20), happens(luck, 2), luck(), base::Blob(luck() % 8)});
      break;
    default:
      if (parts[at].is_bytes) {
        mutate_bytes(parts[at].bytes);
      } else {
        parts[at].value = edge(luck, parts[at].value);
      }
  }
}

/// The bytes as far as there is room, for libFuzzer.
inline std::size_t give(const base::Blob& made, std::uint8_t* bytes, std::size_t room) {
  const std::size_t size = std::min(made.size(), room);
  std::copy_n(made.begin(), size, bytes);
  return size;
}

/// The same bytes for the same seed.
class SeededRandom final : public base::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine_() >> 32);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sotto::fuzz
