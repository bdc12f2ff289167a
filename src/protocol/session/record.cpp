#include "protocol/session/record.hpp"

#include "base/check.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

constexpr std::uint8_t format = 2;
constexpr std::uint8_t format_without_spqr = 1;  // its sessions could not go on: both ends require SPQR now

}  // namespace

Result<Record> Record::parse(base::View bytes) {
  if (bytes.empty()) return Error::invalid_session;
  if (bytes[0] == format_without_spqr) return Record();
  if (bytes[0] != format) return Error::invalid_session;
  std::optional<base::View> current;
  Record record;
  bool is_known = true;
  const bool is_sound = relay::read_fields(bytes.subspan(1), [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        current = field.bytes();
        break;
      case 2:
        record.archived_.push_back(std::make_shared<base::SecretBlob>(base::blob(field.bytes())));
        break;
      default:
        is_known = false;
        field.skip();
    }
  });
  if (!is_sound || !is_known || record.archived_.size() > max_archived) return Error::invalid_session;
  if (current) {
    TRY(State state, State::parse(*current));
    record.current_ = std::make_shared<State>(std::move(state));
  }
  return record;
}

base::SecretBlob Record::serialize() const {
  const base::SecretBlob current = current_ ? current_->serialize() : base::SecretBlob();
  std::size_t room = 16 + current.size();
  for (const auto& one : archived_) room += one->size() + 8;

  base::Blob bytes;
  bytes.reserve(room);  // or a grown copy would stay behind, unwiped
  bytes.push_back(format);
  relay::FieldWriter write(bytes);
  if (current_) write.bytes(1, current.expose());
  for (const auto& one : archived_) write.bytes(2, one->expose());
  CHECK(bytes.size() <= room);
  return base::SecretBlob(std::move(bytes));
}

std::optional<State> Record::archived(std::size_t index) const {
  auto state = State::parse(archived_[index]->expose());
  if (!state) return std::nullopt;
  return *std::move(state);
}

Record Record::with_current_archived() const {
  if (!current_) return *this;
  Record after;
  State resting = current_->clone();
  resting.pending.reset();
  after.archived_.reserve(max_archived);
  after.archived_.push_back(std::make_shared<base::SecretBlob>(resting.serialize()));
  for (std::size_t i = 0; i < archived_.size() && after.archived_.size() < max_archived; ++i) {
    after.archived_.push_back(archived_[i]);
  }
  return after;
}

Record Record::with_new_current(State state) const {
  Record after = with_current_archived();
  after.current_ = std::make_shared<State>(std::move(state));
  return after;
}

Record Record::with_current_advanced(State state) const {
  Record after = *this;
  after.current_ = std::make_shared<State>(std::move(state));
  return after;
}

Record Record::with_promoted(std::size_t index, State state) const {
  Record without = *this;
  without.archived_.erase(without.archived_.begin() + static_cast<std::ptrdiff_t>(index));
  return without.with_new_current(std::move(state));
}

}  // namespace sotto::protocol
