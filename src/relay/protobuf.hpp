#pragma once
#include <protozero/pbf_reader.hpp>

#include <algorithm>

#include "base/bytes.hpp"

namespace sotto::relay {

/// One field of a proto2-style message, as signal-protocol.md section 0 reads them: any order, the last one wins,
/// unknown ones are skipped, a known one of another wire type spoils the whole message.
class Field {
 public:
  explicit Field(protozero::pbf_reader& reader) : reader_(reader) {}
  std::uint32_t number() const { return reader_.tag(); }
  std::uint32_t uint32() { return typed(protozero::pbf_wire_type::varint).get_uint32(); }
  std::uint64_t uint64() { return typed(protozero::pbf_wire_type::varint).get_uint64(); }
  std::uint64_t fixed64() { return typed(protozero::pbf_wire_type::fixed64).get_fixed64(); }
  base::View bytes() {
    const auto view = typed(protozero::pbf_wire_type::length_delimited).get_view();
    return base::view({view.data(), view.size()});
  }
  void skip() { reader_.skip(); }

 private:
  // protozero only asserts the wire type, and the sender chooses it.
  protozero::pbf_reader& typed(protozero::pbf_wire_type expected) {
    if (!reader_.has_wire_type(expected)) throw protozero::unknown_pbf_wire_type_exception();
    return reader_;
  }
  protozero::pbf_reader& reader_;
};

/// Whether every varint of the top level fits into 64 bits. protozero drops what a tenth byte says beyond them, and
/// section 0 refuses it. What else is wrong is left to protozero.
inline bool has_sound_varints(base::View bytes) {
  std::size_t at = 0;
  const auto varint = [&](std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; at < bytes.size(); shift += 7) {
      const std::uint8_t byte = bytes[at++];
      if (shift == 63 && byte > 1) return false;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return true;  // cut off
  };
  while (at < bytes.size()) {
    std::uint64_t key = 0, value = 0;
    if (!varint(key)) return false;
    switch (static_cast<protozero::pbf_wire_type>(key & 7)) {
      case protozero::pbf_wire_type::varint:
        if (!varint(value)) return false;
        break;
      case protozero::pbf_wire_type::fixed64:
        at += 8;
        break;
      case protozero::pbf_wire_type::fixed32:
        at += 4;
        break;
      case protozero::pbf_wire_type::length_delimited:
        if (!varint(value)) return false;
        if (value > bytes.size() - std::min(at, bytes.size())) return true;  // cut off
        at += value;
        break;
      default:
        return true;
    }
  }
  return true;
}

/// Hands each field to `take`, which reads or skips it. False if the bytes are no protobuf message, or `take` asked for
/// another type than the field has.
template <class Take>
bool read_fields(base::View bytes, Take&& take) {
  if (!has_sound_varints(bytes)) return false;
  try {
    protozero::pbf_reader reader(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    while (reader.next()) {
      Field field(reader);
      take(field);
    }
    return true;
  } catch (const protozero::exception&) {
    return false;
  }
}

/// Appends fields to bytes. The caller writes them in ascending order.
class FieldWriter {
 public:
  explicit FieldWriter(base::Blob& to) : to_(to) {}
  void uint64(std::uint32_t number, std::uint64_t value) {
    key(number, protozero::pbf_wire_type::varint);
    varint(value);
  }
  void fixed64(std::uint32_t number, std::uint64_t value) {
    key(number, protozero::pbf_wire_type::fixed64);
    for (int i = 0; i < 8; ++i) to_.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
  void bytes(std::uint32_t number, base::View value) {
    key(number, protozero::pbf_wire_type::length_delimited);
    varint(value.size());
    to_.insert(to_.end(), value.begin(), value.end());
  }

 private:
  void key(std::uint32_t number, protozero::pbf_wire_type type) {
    varint(static_cast<std::uint64_t>(number) << 3 | static_cast<std::uint64_t>(type));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) to_.push_back(static_cast<std::uint8_t>(value | 0x80));
    to_.push_back(static_cast<std::uint8_t>(value));
  }
  base::Blob& to_;
};

}  // namespace sotto::relay
