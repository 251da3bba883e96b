import { ActionIcon, Badge, Tooltip } from '@mantine/core';
import {
  IconAntennaBars2,
  IconAntennaBars3,
  IconAntennaBars5,
  IconHandStop,
  IconMicrophoneOff,
  IconPin,
  IconPinnedOff,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { RemoteVideo } from '../../room/callSnapshot.js';
import type { ConnectionQuality } from '../../room/connectionQuality.js';
import { Avatar } from '../shared/Avatar.js';
import styles from './TileFrame.module.css';

interface TileFrameProps {
  readonly name: string;
  readonly avatarName?: string;
  readonly micMuted?: boolean;
  readonly handRaised?: boolean;
  readonly speaking?: boolean;
  readonly video?: RemoteVideo | undefined;
  /** Why the video is not INN. */
  readonly vp8Reason?: string | undefined;
  readonly quality?: ConnectionQuality;
  /** Numbers of the video. */
  readonly caption?: ReactNode;
  /** Shown over the picture. */
  readonly note?: string | undefined;
  readonly pinned: boolean;
  readonly onPin: () => void;
  /** The picture; without one the avatar shows. */
  readonly children?: ReactNode;
}

export function TileFrame(props: TileFrameProps) {
  const { name, micMuted, handRaised, speaking, note, pinned, onPin, children } = props;
  return (
    <section
      className={styles.tile}
      aria-label={name}
      data-speaking={speaking === true}
      data-tile={name}
    >
      {children || (
        <div className={styles.avatar}>
          <Avatar name={props.avatarName ?? name} size={120} />
        </div>
      )}
      <div className={styles.top}>
        <Badges {...props} />
        <Tooltip label={pinned ? 'Back to the grid' : 'Show large'}>
          <ActionIcon
            className={styles.pin ?? ''}
            size="lg"
            radius="xl"
            aria-label={pinned ? `Unpin ${name}` : `Pin ${name}`}
            onClick={onPin}
          >
            {pinned ? <IconPinnedOff size={18} /> : <IconPin size={18} />}
          </ActionIcon>
        </Tooltip>
      </div>
      {props.caption}
      {note && <div className={styles.note}>{note}</div>}
      <div className={styles.name}>
        {micMuted === true && <IconMicrophoneOff size={16} aria-label="muted" />}
        {handRaised === true && (
          <IconHandStop size={16} className={styles.hand} aria-label="hand raised" />
        )}
        <span>{name}</span>
      </div>
    </section>
  );
}

function Badges({ video, vp8Reason, quality }: TileFrameProps) {
  return (
    <div className={styles.badges}>
      {video?.exact === true && (
        <Tooltip label="Every pixel is as it was captured">
          <Badge className={styles.badge ?? ''}>Bit-exact</Badge>
        </Tooltip>
      )}
      {quality && quality.level !== 'unknown' && <QualityBadge quality={quality} />}
      {vp8Reason ? (
        <Tooltip
          label={vp8Reason}
          multiline
          maw={280}
          events={{ hover: true, focus: true, touch: true }}
        >
          <Badge className={styles.badge ?? ''} tabIndex={0} aria-label={`VP8. ${vp8Reason}`}>
            VP8
          </Badge>
        </Tooltip>
      ) : (
        video?.codec === 'inn' && (
          <Tooltip label="Coded by the invertible neural codec">
            <Badge className={styles.badge ?? ''}>INN</Badge>
          </Tooltip>
        )
      )}
    </div>
  );
}

function QualityBadge({ quality }: { readonly quality: ConnectionQuality }) {
  const Icon =
    quality.level === 'good'
      ? IconAntennaBars5
      : quality.level === 'fair'
        ? IconAntennaBars3
        : IconAntennaBars2;
  return (
    <Tooltip label={quality.reason} events={{ hover: true, focus: true, touch: true }}>
      <span
        className={styles.quality}
        data-level={quality.level}
        role="img"
        tabIndex={0}
        aria-label={`Connection ${quality.level}: ${quality.reason}`}
      >
        <Icon size={18} />
      </span>
    </Tooltip>
  );
}
