#pragma once
#include "client/linking/meeting.hpp"
#include "store/linking.hpp"

namespace sotto::client::linking {

/// Where the new device's side stands: for whoever wants to see it work, or wants to interrupt it there.
enum class NewStep { invited, revealed, joining, asked_for_mailbox, applied, taken_up };
std::string_view to_text(NewStep step);

struct NewDeviceWish {
  wire::Authority server;
  std::string server_ca;  // PEM, or empty: the system's authorities
  wire::DeviceKind kind = wire::DeviceKind::computer;
  std::string name;  // 1 to 64 bytes
};

/// What an account offers to this device.
struct Offered {
  wire::AccountId account;
  std::string account_name;
  std::size_t devices = 0;  // that it has now
  std::string code;         // the first: to be typed in on the admin device
};

/// Becomes another device of an account: this folder has none (design, section 7). In this order: begin, await_offer,
/// finish. Each ends the try if it fails, and leaves the folder as it was.
class NewDevice {
 public:
  explicit NewDevice(const Engine& engine, std::function<void(NewStep)> watch = {});

  /// Makes the device's keys, waits at the server.
  /// returns  the link, for the admin device's "add a device"
  /// errors   refused  this folder has an account; a linking is under way; linking is closed for now
  asio::awaitable<Result<std::string>> begin(NewDeviceWish wish);
  /// Waits for an admin device, proves nothing before it has proven to be on the list that it brings.
  asio::awaitable<Result<Offered>> await_offer();
  /// The second code, as the admin device shows it: only then does this device ask for its place and take up the
  /// account. errors: unreachable, and also if the list did not come in time: resume() goes on.
  asio::awaitable<Result<void>> finish(std::string typed);

  /// Whether both codes were right and the list that names this device has not come.
  Result<bool> is_joining();
  /// Goes on with that, after a crash or without a network; gives it up once nothing can come of it.
  asio::awaitable<Result<void>> resume();

 private:
  /// Ends the try: nothing of it stays.
  asio::awaitable<Problem> fail(Problem problem);
  Result<wire::DeviceBundle> make_device(const NewDeviceWish& wish);
  Result<Offered> take_offer(const base::Blob& message);
  Result<void> keep_joining(wire::DeviceNumber number);
  asio::awaitable<Result<void>> join();
  asio::awaitable<Result<void>> await_listing();
  Result<void> take_up(const wire::Introduction& introduction, const std::optional<wire::LinkWelcome>& welcome);
  Result<store::linking::NewDevice> kept();
  void reached(NewStep step) const {
    if (watch_) watch_(step);
  }

  const Parts& parts_;
  std::function<void(NewStep)> watch_;
  std::unique_ptr<Meeting> meeting_;
  std::unique_ptr<Session> session_;
  base::Blob link_;  // the message of the link, without its armour
  base::Blob bundle_;
  base::Blob reveal_;
  std::optional<wire::LinkOffer> offer_;
  std::string second_code_;
};

}  // namespace sotto::client::linking
