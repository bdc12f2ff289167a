#include "store/histories.hpp"

#include "store/row.hpp"

namespace sotto::store::histories {
namespace {

constexpr std::int64_t most_deleted = 1'000;
constexpr const char* row_name = "row of a history";
constexpr std::string_view columns =
    "SELECT device, identity_key, at, left_to, taken_to, under_way, left_count, done, total, repeats, is_done FROM "
    "history_given ";

wire::DeviceNumber device_of(const Statement& row) {
  return wire::DeviceNumber(static_cast<std::uint8_t>(row.number(0)));
}

Given given_of(const Statement& row) {
  return {.device = device_of(row),
          .identity_key = sound(base::fixed<33>(row.blob(1)), row_name),
          .at = {row.number(2)},
          .left_to = row.number(3),
          .taken_to = row.number(4),
          .under_way = row.number(5),
          .left_count = row.number(6),
          .done = row.number(7),
          .total = row.number(8),
          .repeats = row.number(9),
          .is_done = row.number(10) != 0};
}

}  // namespace

std::optional<Given> given_to(Transaction& in, wire::DeviceNumber device) {
  auto row = in.prepare(std::string(columns) + "WHERE device = ?");
  if (!row.bind(device.value).step()) return std::nullopt;
  return given_of(row);
}

std::vector<Given> all_given(Transaction& in) {
  auto row = in.prepare(std::string(columns) + "ORDER BY device");
  std::vector<Given> found;
  while (row.step()) found.push_back(given_of(row));
  return found;
}

void keep(Transaction& in, const Given& given) {
  in.prepare(
        "INSERT OR REPLACE INTO history_given (device, identity_key, at, left_to, taken_to, under_way, left_count, "
        "done, total, repeats, is_done) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(given.device.value)
      .bind(base::View(given.identity_key))
      .bind(given.at.ms)
      .bind(given.left_to)
      .bind(given.taken_to)
      .bind(given.under_way)
      .bind(given.left_count)
      .bind(given.done)
      .bind(given.total)
      .bind(given.repeats)
      .bind(given.is_done ? 1 : 0)
      .run();
}

void forget(Transaction& in, wire::DeviceNumber device) {
  in.prepare("DELETE FROM history_given WHERE device = ?").bind(device.value).run();
}

std::vector<Coming> all_coming(Transaction& in) {
  auto row = in.prepare("SELECT device, done, total, is_done FROM history_coming ORDER BY device");
  std::vector<Coming> found;
  while (row.step()) {
    found.push_back(
        {.giver = device_of(row), .done = row.number(1), .total = row.number(2), .is_done = row.number(3) != 0});
  }
  return found;
}

void keep(Transaction& in, const Coming& coming) {
  in.prepare("INSERT OR REPLACE INTO history_coming (device, done, total, is_done) VALUES (?, ?, ?, ?)")
      .bind(coming.giver.value)
      .bind(coming.done)
      .bind(coming.total)
      .bind(coming.is_done ? 1 : 0)
      .run();
}

bool is_any_coming(Transaction& in) {
  auto row = in.prepare("SELECT 1 FROM history_coming WHERE is_done = 0");
  return row.step();
}

void note_deleted(Transaction& in, const wire::MessageRef& ref) {
  in.prepare("INSERT OR IGNORE INTO history_deleted (sender, device, message_id) VALUES (?, ?, ?)")
      .bind(ref.account.view())
      .bind(ref.device.value)
      .bind(base::View(ref.id))
      .run();
  in.prepare("DELETE FROM history_deleted WHERE id <= (SELECT max(id) FROM history_deleted) - ?")
      .bind(most_deleted)
      .run();
}

bool is_deleted(Transaction& in, const wire::MessageRef& ref) {
  auto row = in.prepare("SELECT 1 FROM history_deleted WHERE sender = ? AND device = ? AND message_id = ?");
  return row.bind(ref.account.view()).bind(ref.device.value).bind(base::View(ref.id)).step();
}

void forget_deleted(Transaction& in) { in.prepare("DELETE FROM history_deleted").run(); }

}  // namespace sotto::store::histories
