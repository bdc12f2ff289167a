#include "store/resets.hpp"

#include "store/row.hpp"

namespace sotto::store::resets {
namespace {

constexpr const char* row_name = "row of a reset";

}  // namespace

bool keep(Transaction& in, const Reset& reset) {
  {
    auto known = in.prepare("SELECT 1 FROM resets WHERE old_account = ? AND new_account = ?");
    if (known.bind(reset.old_account.view()).bind(reset.new_account.view()).step()) return false;
  }
  if (open(in, reset.old_account).size() >= max_open) return false;
  in.prepare("INSERT INTO resets (old_account, new_account, at, answer) VALUES (?, ?, ?, 0)")
      .bind(reset.old_account.view())
      .bind(reset.new_account.view())
      .bind(reset.at.ms)
      .run();
  return true;
}

std::vector<Reset> open(Transaction& in, const wire::AccountId& old_account) {
  auto row = in.prepare("SELECT new_account, at FROM resets WHERE old_account = ? AND answer = 0 ORDER BY at");
  row.bind(old_account.view());
  std::vector<Reset> found;
  while (row.step()) {
    found.push_back({.old_account = old_account,
                     .new_account = sound(wire::AccountId::from(row.blob(0)), row_name),
                     .at = {row.number(1)}});
  }
  return found;
}

bool is_asked(Transaction& in, const wire::AccountId& account) {
  auto row = in.prepare("SELECT 1 FROM resets WHERE answer = 0 AND (old_account = ? OR new_account = ?)");
  return row.bind(account.view()).bind(account.view()).step();
}

void answer(Transaction& in, const Reset& reset, Reset::Answer answer) {
  in.prepare("UPDATE resets SET answer = ? WHERE old_account = ? AND new_account = ?")
      .bind(static_cast<std::int64_t>(answer))
      .bind(reset.old_account.view())
      .bind(reset.new_account.view())
      .run();
}

}  // namespace sotto::store::resets
