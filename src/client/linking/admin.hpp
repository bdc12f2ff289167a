#pragma once
#include "client/linking/meeting.hpp"
#include "wire/linking.hpp"

namespace sotto::client::linking {

/// Where the admin device's side stands.
enum class AdminStep { joined, offered, met, confirmed, heard_application, listed, welcomed };
std::string_view to_text(AdminStep step);

/// What the new device says of itself.
struct Met {
  wire::DeviceKind kind = wire::DeviceKind::computer;
  std::string name;
};

/// Adds a device to this account, on an admin device (design, section 7). In this order: meet, confirm, add. The person
/// has been told in words what is being given, and has proven to be who they are, before meet is called. Each ends the
/// try if it fails; nothing is changed before add.
class Admin {
 public:
  explicit Admin(Engine& engine, std::function<void(AdminStep)> watch = {});

  /// Goes to where the new device waits, offers the account, hears who it is.
  ///
  /// link    as the new device shows it, and nobody else: never one that was sent
  /// errors  refused  no such link; another server; this is no admin device; linking is closed for now; what the new
  ///                  device says is not what its link promised
  asio::awaitable<Result<Met>> meet(std::string link);
  /// The first code, as the new device shows it.
  /// returns  the second, to be typed in there
  /// errors   refused  the code is another one: nothing may be shown
  asio::awaitable<Result<std::string>> confirm(std::string typed);
  /// Waits until the second code was typed in there, and puts the device on the list.
  asio::awaitable<Result<wire::DeviceNumber>> add(std::string name);
  /// The person thought better of it.
  asio::awaitable<void> cancel();

 private:
  asio::awaitable<Problem> fail(Problem problem);
  static Result<store::OwnAccount> own_in(store::Transaction& in);
  Result<store::OwnAccount> own();
  Result<void> begin_try(const wire::DeviceLink& link);
  asio::awaitable<Result<wire::DeviceBundle>> hear_bundle(wire::DeviceLink link);
  Result<base::Blob> make_offer(const MailboxGrant& grant, const wire::DeviceBundle& bundle);
  Result<Met> read_reveal(const wire::DeviceLink& link, const base::Blob& message);
  Result<device_entry::Applicant> read_application(const base::Blob& message);
  void note_refused_number();
  asio::awaitable<Result<void>> welcome();
  void reached(AdminStep step) const {
    if (watch_) watch_(step);
  }

  Engine& engine_;
  const Parts& parts_;
  std::function<void(AdminStep)> watch_;
  std::unique_ptr<Meeting> meeting_;
  std::unique_ptr<Session> session_;
  base::Blob bundle_;
  base::Blob offer_;
  base::Blob first_message_;
  std::optional<device_entry::Applicant> applicant_;  // its number and consent come last
  wire::LinkCodes codes_;
  bool was_confirmed_ = false;
};

}  // namespace sotto::client::linking
