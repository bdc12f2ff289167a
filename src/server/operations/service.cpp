#include "server/operations/service.hpp"

#include "base/log.hpp"

namespace sotto::server {
namespace {

constexpr net::Duration stop_within = std::chrono::seconds(10);

net::HttpLimits http_limits(const Options& options) {
  net::HttpLimits limits;
  limits.connections = options.connections;
  limits.bodies = options.request_bodies;
  return limits;
}

}  // namespace

Service::Service(ServiceParts parts, Listeners listeners)
    : parts_(parts),
      listeners_(std::move(listeners)),
      server_(parts.storage, parts.clock, parts.timer, parts.random,
              {.registration = parts.options.registration,
               .authority = parts.options.name,
               .http = http_limits(parts.options),
               .strangers = {.per_address = parts.options.per_address,
                             .connections_per_address = parts.options.connections_per_address,
                             .believes_forwarded_for = parts.options.forwarded_for}}),
      probes_(parts.storage, parts.metrics, parts.timer),
      operations_{.options = parts.options,
                  .metrics = parts.metrics,
                  .storage = parts.storage,
                  .clock = parts.clock,
                  .random = parts.random,
                  .send_away = [this](const std::vector<DeviceRow>& devices) { server_.send_away(devices); },
                  .drain = [this] { drain(); },
                  .reload = [this] { return reload(); }},
      socket_(parts.timer, operations_),
      heap_(parts.timer, [this] { return server_.connections(); }) {
  watch();
}

void Service::watch() {
  server_.watch(parts_.metrics);
  parts_.metrics.watch(Metrics::Kind::gauge, "sotto_connections", "connections of clients",
                       [this] { return double(server_.connections()); });
  parts_.metrics.watch(Metrics::Kind::gauge, "sotto_devices_connected", "devices whose mailbox is open",
                       [this] { return double(server_.connected_devices()); });
}

void Service::start() {
  const auto executor = parts_.timer.executor();
  for (const auto& acceptor : listeners_.clients) net::spawn(executor, server_.serve(*acceptor));
  net::spawn(executor, server_.keep_tidy());
  if (listeners_.probes) net::spawn(executor, probes_.serve(*listeners_.probes));
  net::spawn(executor, socket_.serve(*listeners_.operations));
  heap_.start();
  parts_.loop.on_stop_signal([this] { drain(); });
  parts_.loop.on_reload_signal([this] { reload(); });
}

void Service::drain() {
  if (is_draining_) return;
  is_draining_ = true;
  heap_.stop();
  base::log::info("draining");
  parts_.manager.stopping();
  probes_.say_not_ready();
  for (const auto& acceptor : listeners_.clients) acceptor->close();
  net::spawn(parts_.timer.executor(), stop());
}

asio::awaitable<void> Service::stop() {
  co_await server_.stop(stop_within);
  listeners_.close();
  socket_.stop();
  co_await probes_.stop({});
  parts_.loop.forget_signals();
}

std::string Service::reload() {
  parts_.manager.reloading();
  std::string wrong;
  if (listeners_.certificate) {
    const auto reloaded = listeners_.certificate->reload();
    if (!reloaded) {
      base::log::warning("the certificate stays as it was:", reloaded.error());
      wrong = "the certificate stays as it was: " + net::to_text(reloaded.error());
    }
  }
  const auto fresh = parts_.reread();
  if (fresh) {
    base::log::set_up(fresh->log_format, fresh->log_level);
  } else {
    base::log::warning("the configuration stays as it was; check-config says what is wrong");
    wrong += (wrong.empty() ? "" : "; ") + fresh.error().where + ": " + fresh.error().what;
  }
  if (wrong.empty()) base::log::info("certificate and configuration were read again");
  parts_.manager.ready();
  return wrong;
}

}  // namespace sotto::server
