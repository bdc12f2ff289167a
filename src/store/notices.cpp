#include "store/notices.hpp"

#include <algorithm>

#include "store/row.hpp"

namespace sotto::store {
namespace {

constexpr const char* row_name = "notice";

std::vector<Notice> all(Statement row) {
  std::vector<Notice> found;
  while (row.step()) {
    Notice made{.id = row.number(0),
                .kind = static_cast<Notice::Kind>(row.number(2)),
                .words = row.text(3),
                .at = {row.number(4)}};
    if (!row.is_null(1)) made.account = sound(wire::AccountId::from(row.blob(1)), row_name);
    found.push_back(std::move(made));
  }
  return found;
}

}  // namespace

bool Notice::is_loud() const {
  switch (kind) {
    case Kind::this_device_removed:
    case Kind::list_fork:
    case Kind::list_behind:
    case Kind::device_cloned:
    case Kind::restored_copy:
    case Kind::account_replaced:
    case Kind::deletion_pending:
    case Kind::permit_refused:
    case Kind::contact_moved:
    case Kind::clock_wrong:
    case Kind::list_unsound:
      return true;
    case Kind::own_device_added:
    case Kind::own_device_removed:
    case Kind::own_succession:
    case Kind::contact_succession:
    case Kind::contact_devices:
    case Kind::message_missing:
    case Kind::profile_changed:
    case Kind::server_restored:
    case Kind::history_given:
      return false;
  }
  return true;
}

std::string_view to_text(Notice::Kind kind) {
  switch (kind) {
    case Notice::Kind::own_device_added:
      return "own_device_added";
    case Notice::Kind::own_device_removed:
      return "own_device_removed";
    case Notice::Kind::own_succession:
      return "own_succession";
    case Notice::Kind::this_device_removed:
      return "this_device_removed";
    case Notice::Kind::contact_succession:
      return "contact_succession";
    case Notice::Kind::contact_devices:
      return "contact_devices";
    case Notice::Kind::message_missing:
      return "message_missing";
    case Notice::Kind::list_fork:
      return "list_fork";
    case Notice::Kind::list_behind:
      return "list_behind";
    case Notice::Kind::device_cloned:
      return "device_cloned";
    case Notice::Kind::restored_copy:
      return "restored_copy";
    case Notice::Kind::account_replaced:
      return "account_replaced";
    case Notice::Kind::deletion_pending:
      return "deletion_pending";
    case Notice::Kind::profile_changed:
      return "profile_changed";
    case Notice::Kind::permit_refused:
      return "permit_refused";
    case Notice::Kind::server_restored:
      return "server_restored";
    case Notice::Kind::history_given:
      return "history_given";
    case Notice::Kind::contact_moved:
      return "contact_moved";
    case Notice::Kind::clock_wrong:
      return "clock_wrong";
    case Notice::Kind::list_unsound:
      return "list_unsound";
  }
  return "unknown";
}

namespace notices {

void keep(Transaction& in, const Notice& notice) {
  auto insert = in.prepare("INSERT INTO notices (account, kind, words, at) VALUES (?, ?, ?, ?)");
  insert.bind_optional(notice.account ? std::optional(notice.account->view()) : std::nullopt);
  insert.bind(static_cast<std::int64_t>(notice.kind)).bind(notice.words).bind(notice.at.ms).run();
  in.prepare("DELETE FROM notices WHERE id <= ? AND is_shown = 1").bind(in.database().last_row_id() - max_kept).run();
}

void keep_once(Transaction& in, const Notice& notice) {
  {
    auto row = in.prepare("SELECT 1 FROM notices WHERE is_shown = 0 AND kind = ? AND account IS ?");
    row.bind(static_cast<std::int64_t>(notice.kind));
    row.bind_optional(notice.account ? std::optional(notice.account->view()) : std::nullopt);
    if (row.step()) return;
  }
  keep(in, notice);
}

void keep_unless_told(Transaction& in, const Notice& notice) {
  {
    auto row = in.prepare("SELECT 1 FROM notices WHERE kind = ? AND words = ?");
    row.bind(static_cast<std::int64_t>(notice.kind)).bind(notice.words);
    if (row.step()) return;
  }
  keep(in, notice);
}

std::vector<Notice> not_shown(Transaction& in, int limit) {
  auto row = in.prepare("SELECT id, account, kind, words, at FROM notices WHERE is_shown = 0 ORDER BY id LIMIT ?");
  row.bind(limit);
  return all(std::move(row));
}

void set_shown(Transaction& in, std::int64_t id) {
  in.prepare("UPDATE notices SET is_shown = 1 WHERE id = ?").bind(id).run();
}

std::vector<Notice> last(Transaction& in, int limit) {
  auto row = in.prepare("SELECT id, account, kind, words, at FROM notices ORDER BY id DESC LIMIT ?");
  row.bind(limit);
  auto found = all(std::move(row));
  std::ranges::reverse(found);
  return found;
}

}  // namespace notices
}  // namespace sotto::store
