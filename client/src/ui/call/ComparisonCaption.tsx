import { useStats } from '../../state/statsStore.js';
import { describeVideo } from './statsFormat.js';
import styles from './TileFrame.module.css';

/** The latest numbers of one of two videos that are compared. */
export function ComparisonCaption({ consumerId }: { readonly consumerId: string }) {
  const report = useStats(({ samples }) =>
    samples.at(-1)?.consumers.find((consumer) => consumer.consumerId === consumerId),
  );
  const text = report && describeVideo(report);
  return text ? <div className={styles.caption}>{text}</div> : null;
}
