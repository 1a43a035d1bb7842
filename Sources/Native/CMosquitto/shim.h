// SPDX-License-Identifier: Apache-2.0
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sys/eventfd.h>  // wakes the thread that polls libmosquitto's socket; not in Swift's Glibc module
