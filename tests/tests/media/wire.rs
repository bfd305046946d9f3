//! Packets of RTP as bytes: written, read, and damaged.

use tandem_server::media::rtp::{
    CSRC_MAX, Extension, HEADER_BYTES, Header, Malformed, PACKET_BYTES_MAX, Packet, is_rtcp,
};
use tandem_server::media::telephone_event::{Detector, Event};

use crate::kit::{Dice, mutants, nth, packet};

/// Any packet that can be.
fn any(dice: &mut Dice) -> Vec<u8> {
    let roll = dice.roll().to_le_bytes();
    // Those from 64 to 95 would be RTCP with the marker.
    let payload_type = if roll[0] & 0x60 == 0x40 {
        0
    } else {
        roll[0] & 0x7f
    };
    let header = Header {
        marker: roll[1] & 1 == 1,
        payload_type,
        sequence: u16::from_be_bytes([roll[2], roll[3]]),
        timestamp: u32::from_be_bytes([roll[4], roll[5], roll[6], roll[7]]),
        ssrc: u32::from_be_bytes([roll[3], roll[1], roll[4], roll[1]]),
    };
    let sources = dice.below(CSRC_MAX + 1);
    let csrc = dice.bytes(4 * sources);
    let words = dice.below(5);
    let data = dice.bytes(4 * words);
    let extension = (dice.below(2) == 1).then_some(Extension {
        profile: 0xBEDE,
        data: &data,
    });
    let length = dice.below(200);
    let payload = dice.bytes(length);
    let padding = [0, 1, 4, 255][dice.below(4)];
    let packet = Packet {
        header,
        csrc: &csrc,
        extension,
        payload: &payload,
        padding,
    };
    let mut bytes = Vec::new();
    packet.write(&mut bytes);
    assert_eq!(Packet::parse(&bytes), Ok(packet));
    bytes
}

#[test]
fn packets_are_read_as_they_were_written() {
    let mut dice = Dice::new(1);
    for _ in 0..10_000 {
        any(&mut dice);
    }
}

#[test]
fn a_packet_of_every_part() {
    let bytes = [
        // Version 2 with padding, an extension and one source; marker, type 101.
        0xb1, 0xe5, 0x12, 0x34, 0x00, 0x00, 0x03, 0x20, 0xde, 0xad, 0xbe, 0xef,
        // The source; the extension of one word; two bytes; two of padding.
        1, 2, 3, 4, 0xbe, 0xde, 0, 1, 5, 6, 7, 8, 9, 10, 0, 2,
    ];
    let packet = Packet::parse(&bytes).expect("a packet");
    let header = Header {
        marker: true,
        payload_type: 101,
        sequence: 0x1234,
        timestamp: 800,
        ssrc: 0xdead_beef,
    };
    assert_eq!(packet.header, header);
    assert_eq!(packet.csrc, [1, 2, 3, 4]);
    let (profile, data) = (0xbede, &[5, 6, 7, 8][..]);
    assert_eq!(packet.extension, Some(Extension { profile, data }));
    assert_eq!((packet.payload, packet.padding), (&[9, 10][..], 2));
    let mut written = Vec::new();
    packet.write(&mut written);
    assert_eq!(written, bytes);
    for length in 0..bytes.len() {
        let why = Packet::parse(&bytes[..length]).expect_err("it is cut");
        let padding = length >= bytes.len() - 4;
        let wanted = if padding {
            Malformed::Padding
        } else {
            Malformed::Short
        };
        assert_eq!(why, wanted, "{length} bytes");
    }
}

#[test]
fn lengths_and_versions() {
    let longest = packet(nth(1, 0, 1), &vec![0; PACKET_BYTES_MAX - HEADER_BYTES]);
    assert!(Packet::parse(&longest).is_ok());
    let longer = packet(nth(1, 0, 1), &vec![0; PACKET_BYTES_MAX - HEADER_BYTES + 1]);
    assert_eq!(Packet::parse(&longer), Err(Malformed::Long));
    let shortest = packet(nth(1, 0, 1), &[]);
    assert_eq!(
        Packet::parse(&shortest).map(|packet| packet.payload),
        Ok(&[][..])
    );
    assert_eq!(Packet::parse(&shortest[..11]), Err(Malformed::Short));
    for version in [0, 1, 3] {
        let mut other = shortest.clone();
        other[0] = version << 6;
        assert_eq!(Packet::parse(&other), Err(Malformed::Version));
    }
    for (count, last) in [(0x20, 0), (0x20, 2)] {
        let mut padded = packet(nth(1, 0, 1), &[last]);
        padded[0] |= count;
        assert_eq!(Packet::parse(&padded), Err(Malformed::Padding));
    }
}

#[test]
fn rtcp_is_told_from_rtp_by_its_type() {
    for second in 0..=u8::MAX {
        let mut bytes = packet(nth(1, 0, 1), &[0; 20]);
        bytes[1] = second;
        let rtcp = (192..=223).contains(&second);
        assert_eq!(is_rtcp(&bytes), rtcp, "{second}");
        let refused = Packet::parse(&bytes) == Err(Malformed::Rtcp);
        assert_eq!(refused, rtcp, "{second}");
    }
    assert!(!is_rtcp(&[0x80]) && !is_rtcp(&[0x00, 200]));
}

#[test]
fn damaged_packets_are_read_or_refused() {
    let mut dice = Dice::new(2);
    let mut detector = Detector::default();
    let (mut good, count) = (0, mutants());
    for _ in 0..count {
        let mut bytes = any(&mut dice);
        for _ in 0..dice.below(4) {
            dice.damage(&mut bytes);
        }
        let is_control = is_rtcp(&bytes);
        let Ok(packet) = Packet::parse(&bytes) else {
            continue;
        };
        assert!(!is_control);
        good += 1;
        // What was read is the datagram, to the byte.
        let mut written = Vec::new();
        packet.write(&mut written);
        let zeros = usize::from(packet.padding).saturating_sub(1);
        let kept = bytes.len() - zeros - 1;
        assert_eq!(written.len(), bytes.len());
        assert_eq!(written[..kept], bytes[..kept]);
        if let Some(event) = Event::parse(packet.payload) {
            assert_eq!(Event::parse(&event.bytes()), Some(event));
            let digit = detector.packet(&packet.header, &event);
            assert!(digit.is_none_or(|digit| digit.event() == event.event));
        }
    }
    println!("{count} mutants, {good} of them packets");
    assert!(good > count / 10 && good < count);
}
