#include "protocol/session/record.hpp"

#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

constexpr std::uint8_t format = 2;
constexpr std::uint8_t format_without_spqr = 1;

// A damaged first byte must not pass for a record whose sessions may be forgotten.
bool is_of_format_1(base::View bytes) {
  bool is_known = true;
  const bool is_sound = relay::read_fields(bytes, [&](relay::Field& field) {
    if (field.number() == 1 || field.number() == 2) {
      is_known &= !field.bytes().empty();
    } else {
      is_known = false;
      field.skip();
    }
  });
  return is_sound && is_known;
}

}  // namespace

// Format 2: the archived sessions, how many and each with its length; then whether there is a current one, and it.
Result<Record> Record::parse(base::View bytes) {
  StoredReader read(bytes);
  const auto found = read.number<std::uint8_t>();
  if (found == format_without_spqr) {
    if (!is_of_format_1(bytes.subspan(1))) return Error::invalid_session;
    return Record();
  }
  const auto count = read.number<std::uint8_t>();
  if (!read.is_sound() || found != format || count > max_archived) return Error::invalid_session;
  Archive archive;
  archive.reserve(count);
  for (std::uint8_t i = 0; i < count; ++i) {
    const auto size = read.number<std::uint32_t>();
    archive.push_back(std::make_shared<base::SecretBlob>(base::blob(read.take(size))));
  }
  const auto has_current = read.number<std::uint8_t>();
  if (!read.is_sound() || has_current > 1) return Error::invalid_session;

  Record record;
  if (!archive.empty()) record.archived_ = std::make_shared<Archive>(std::move(archive));
  if (has_current == 1) {
    TRY(State state, State::parse(read.rest()));
    record.current_ = std::make_shared<State>(std::move(state));
  } else if (!read.is_finished()) {
    return Error::invalid_session;
  }
  return record;
}

base::SecretBlob Record::serialize() const {
  std::size_t room = 3 + (current_ ? current_->stored_size() : 0);
  for (const auto& one : archived()) room += 4 + one->size();
  StoredWriter write(room);
  write.number(format);
  write.number(static_cast<std::uint8_t>(archived_count()));
  for (const auto& one : archived()) {
    write.number(static_cast<std::uint32_t>(one->size()));
    write.bytes(one->expose());
  }
  write.number(static_cast<std::uint8_t>(current_ != nullptr));
  if (current_) current_->store(write);
  return write.finish();
}

const Record::Archive& Record::archived() const {
  static const Archive none;
  return archived_ ? *archived_ : none;
}

std::optional<State> Record::archived(std::size_t index) const {
  auto state = State::parse(archived()[index]->expose());
  if (!state) return std::nullopt;
  return *std::move(state);
}

Record Record::with_current_archived() const {
  if (!current_) return *this;
  State resting = current_->clone();
  resting.pending.reset();
  Archive archive;
  archive.reserve(max_archived);
  archive.push_back(std::make_shared<base::SecretBlob>(resting.serialize()));
  for (std::size_t i = 0; i < archived_count() && archive.size() < max_archived; ++i) {
    archive.push_back(archived()[i]);
  }
  Record after;
  after.archived_ = std::make_shared<Archive>(std::move(archive));
  return after;
}

Record Record::with_new_current(SharedState state) const {
  Record after = with_current_archived();
  after.current_ = std::move(state);
  return after;
}

Record Record::with_current_advanced(SharedState state) const {
  Record after = *this;
  after.current_ = std::move(state);
  return after;
}

Record Record::with_promoted(std::size_t index, SharedState state) const {
  Archive rest = archived();
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
  Record without = *this;
  without.archived_ = std::make_shared<Archive>(std::move(rest));
  return without.with_new_current(std::move(state));
}

}  // namespace sotto::protocol
